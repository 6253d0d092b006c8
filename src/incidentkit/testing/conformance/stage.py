"""Where a provider stands while it is checked: made, asked, watched and closed in one place."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from secrets import token_hex
from typing import Any, NoReturn, Self, cast
from unittest import SkipTest

from attrs import define, field

from incidentkit.errors import RigInvalid, shown
from incidentkit.testing.conformance.crowd import SECONDS, awaited_together, begun_in_threads
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.promise import PromiseBroken, Untold
from incidentkit.testing.conformance.rig import Rig
from incidentkit.testing.conformance.watch import Overdue, Watch


@define
class Stage:
    """A provider during one check. Everything happens in one thread, and in one event loop if anything is awaited."""

    check: str
    level: Level
    promise: str
    methods: tuple[str, ...]
    """Those of the protocol."""
    watch: Watch
    factory: Callable[[], Any]
    rig: Rig[Any] = field(init=False)
    _ending: ExitStack = field(factory=ExitStack, init=False)
    _runner: asyncio.Runner | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        __tracebackhide__ = True
        try:
            self.rig = self._made()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        self.watch.is_closing, self.watch.judged = True, error
        self._end()

    def _end(self) -> None:
        """Close what was made, and the loop after it: whoever has something to close may have to await it."""
        self.watch.begin("closing it")
        try:
            self._ending.close()
        finally:
            if self._runner is not None:
                self._runner.close()
            self.watch.end()

    def key(self) -> str:
        """A key that nobody has used, whatever was tried on this system before."""
        return token_hex(32)

    def known(self, field: str) -> Any:
        """What the factory says of what there is; nothing can be seen without it."""
        if field not in self.rig.known:
            example = f"Rig(..., known={{{field!r}: ...}})"
            raise Untold(f"it takes something that there is in the system behind: say it with {example}")
        return self.rig.known[field]

    def effects(self) -> tuple[str, ...]:
        """What has happened in the system behind; nothing can be seen without it."""
        happened = self._of_rig("effects", self.rig.effects, "only the system behind shows it")
        if not isinstance(happened, Iterable) or isinstance(happened, str | bytes):
            raise RigInvalid("effects", f"it gave {shown(happened)}: let it give a list, with an item for each thing")
        with self._blamed_on("effects"):
            return tuple(str(each) for each in happened)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]

    def outage(self) -> AbstractContextManager[object]:
        """While it lasts, the system behind cannot be reached; nothing can be seen without it."""
        return self._context("outage", self.rig.outage, "only an outage shows it")

    def overload(self) -> AbstractContextManager[object]:
        """While it lasts, there are too many requests; nothing can be seen without it."""
        return self._context("overload", self.rig.overload, "only an overload shows it")

    def advance(self, length: timedelta) -> None:
        """Let so much time pass; nothing can be seen without a way to."""
        if (advance := self.rig.advance) is None:
            raise Untold("only time that passes shows it: let the factory give Rig(..., advance=...)")
        with self._blamed_on("advance"):
            self.settled(advance(length))

    def another(self, what: str = "provider") -> Any:
        """Another one of the same system; nothing can be seen without it."""
        another = self._of_rig("another", self.rig.another, f"only another {what} of the same system shows it")
        with self._blamed_on("another"):
            made = self.settled(another)
        if made is None:
            raise RigInvalid("another", f"it gave None: let it return another {what} of the same system")
        return made

    def _context(self, part: str, make: Callable[[], object] | None, why: str) -> AbstractContextManager[object]:
        made = self._of_rig(part, make, why)
        if not isinstance(made, AbstractContextManager):
            what = "is no context that `with` takes: write it as a generator under contextmanager"
            raise RigInvalid(part, f"it gave {shown(made)}, which {what}")
        return self._lasting(part, cast(AbstractContextManager[object], made))

    def _of_rig(self, part: str, make: Callable[[], object] | None, why: str) -> object:
        """What that part of the rig gives; nothing can be seen without it."""
        if make is None:
            raise Untold(f"{why}: let the factory give Rig(..., {part}=...)")
        with self._blamed_on(part):
            return make()

    @contextmanager
    def _lasting(self, part: str, context: AbstractContextManager[object]) -> Generator[None]:
        """That context of a rig, which is to blame if it cannot begin."""
        with ExitStack() as ending:
            with self._blamed_on(part):
                ending.enter_context(context)
            yield

    @contextmanager
    def _blamed_on(self, part: str) -> Generator[None]:
        """Whatever is raised meanwhile, no provider is to blame for it, but a part of the rig."""
        self.watch.begin("", part)
        try:
            yield
        except (Overdue, SkipTest):
            raise
        except BaseException as error:
            raise RigInvalid(part, f"it raised {type(error).__name__}: {error}. It has to work at any time") from error
        finally:
            self.watch.end()

    def expect(self, kept: bool, seen: str) -> None:
        """The promise is broken unless that is so."""
        if not kept:
            self.fails(seen)

    def fails(self, seen: str) -> NoReturn:
        """The promise is broken."""
        raise PromiseBroken(self.check, self.level, self.promise, seen)

    def call(self, method: str, *arguments: object, provider: object = None, **named: object) -> Any:
        """What a method answers. If it raises, another check says so, and this one can see nothing."""
        outcome = self.attempt(method, *arguments, provider=provider, **named)
        if outcome.error is not None:
            raise Untold(f"{method} did not answer: {outcome}")
        return outcome.answer

    def attempt(self, method: str, *arguments: object, provider: object = None, **named: object) -> Outcome:
        """What comes of a call, of the provider of the factory unless another one is given."""
        asked = self._method(method, provider)
        self.watch.begin(method)
        try:
            return Outcome(self.settled(asked(*arguments, **named)))
        except (Overdue, SkipTest):
            raise
        except BaseException as error:  # noqa: BLE001  # whatever a provider raises is what came of the call
            return Outcome(error=error)
        finally:
            self.watch.end()

    def at_once(self, method: str, requests: Sequence[object]) -> list[Outcome]:
        """What comes of calls that are made at once: in threads, and awaited together if they have to be."""
        return [outcome for (outcome,) in self.in_rows(method, [iter([request]) for request in requests])]

    def in_rows(self, method: str, rows: Sequence[Iterator[object]]) -> list[list[Outcome]]:
        """What comes of rows of calls that are made at the same time, each row one call after the other.

        Where calls take long, rows end early; but each has one call at least.
        """
        asked, limit = self._method(method), self.watch.limit.total_seconds()
        self.watch.begin(method)
        seconds = min(SECONDS, limit / 2)
        try:
            begun: list[list[Any]] | None = [[] for _ in rows]
            if not inspect.iscoroutinefunction(asked):
                self.watch.extend()
                begun = begun_in_threads(asked, rows, seconds, limit)
            if begun is None:
                raise Overdue(self.watch)
            if all(row and isinstance(row[-1], Outcome) for row in begun):
                return begun
            outcomes: list[list[Outcome]] = self.settled(awaited_together(asked, rows, begun, seconds))
            return outcomes
        finally:
            self.watch.end()

    def has(self, method: str) -> bool:
        """Whether it has a method of that name."""
        return callable(getattr(self.rig.provider, method, None))

    def settled(self, answer: Any) -> Any:
        """An answer, once it is there, whether it has to be awaited or not."""
        __tracebackhide__ = True
        if not inspect.isawaitable(answer):
            return answer
        is_watched, seconds = self.watch.until is not None, self.watch.seconds
        self.watch.extend()

        async def settled() -> Any:
            __tracebackhide__ = True
            limit = asyncio.timeout(seconds)
            try:
                async with limit:
                    return await answer
            except TimeoutError:
                if limit.expired():
                    raise Overdue(self.watch) from None
                raise

        try:
            return self._loop().run(settled())
        finally:
            if not is_watched:
                self.watch.end()

    def _method(self, name: str, provider: object = None) -> Callable[..., Any]:
        found: Any = getattr(self.rig.provider if provider is None else provider, name, None)
        if not callable(found):
            raise Untold(f"it has no method {name}")
        return cast(Callable[..., Any], found)

    def _loop(self) -> asyncio.Runner:
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner

    def _made(self) -> Rig[Any]:
        """What the factory gives, to be closed in the end: by its context if it has one, else by its own method."""
        __tracebackhide__ = True
        if not callable(self.factory):
            raise RigInvalid("factory", f"{shown(self.factory)} cannot be called: give what makes a provider")
        self.watch.begin("", "factory")
        made: Any = self.settled(self.factory())
        is_made = self._is_made(made)
        if not is_made and hasattr(made, "__aenter__"):
            made = self._entered(made)
        elif not is_made and hasattr(made, "__enter__"):
            made = self._ending.enter_context(made)
        rig: Rig[Any] = made if isinstance(made, Rig) else Rig(made)  # pyright: ignore[reportUnknownVariableType]
        if is_made:
            self.close_after(rig.provider)
        self.watch.end()
        return rig

    def close_after(self, provider: object) -> None:
        """Close another provider as well, when the check is over."""
        self._ending.callback(self._close, provider)

    def _is_made(self, made: object) -> bool:
        """Whether it is the provider itself, though it be a context too, and no context that gives one."""
        return isinstance(made, Rig) or any(callable(getattr(made, name, None)) for name in self.methods)

    def _entered(self, context: Any) -> Any:
        made = self.settled(context.__aenter__())
        self._ending.callback(lambda: self.settled(context.__aexit__(None, None, None)))
        return made

    def _close(self, provider: Any) -> None:
        """Close what can be closed. That it cannot be is for the check about closing to say, and for no other.

        A desk is shut down: what it calls closing is said of an incident.
        """
        named = (getattr(provider, name, None) for name in ("shut_down", "aclose", "close"))
        close = next(filter(callable, named), None)
        if close is not None:
            try:
                self.settled(close())
            except Overdue:
                raise
            except BaseException:  # noqa: BLE001  # as little as its methods may it end what checks it
                return
