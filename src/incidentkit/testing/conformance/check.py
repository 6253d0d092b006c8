"""A promise of a provider, and what looks whether a provider keeps it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Generic, NoReturn, TypeAlias

from attrs import field, frozen

from incidentkit.errors import RigInvalid
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.promise import PromiseBroken, Untold
from incidentkit.testing.conformance.rig import Factory, P
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.watch import Overdue, Watch

LIMIT: Final = timedelta(seconds=30)
"""How long a call may take unless told otherwise: what a desk gives a provider."""

BETWEEN: Final = (__name__.rpartition(".")[0], "contextlib", "asyncio")
"""What stands between a test and what is wrong in a factory; functions of no module are those that attrs wrote."""

Judge: TypeAlias = Callable[[Stage], None]
"""Looks at a provider on its stage; raises `PromiseBroken`, or `Untold` if it can see nothing."""


@frozen(kw_only=True)
class Check(Generic[P]):
    """A promise, and what is called with the factory of a provider to see whether it is kept.

    Raises `PromiseBroken` if it is not, `Untold` if that could not be seen, and `RigInvalid` for what the factory gives
    and nobody can use. All that is done with the provider happens in one thread of its own, from its making to its
    closing.
    """

    name: str
    level: Level
    promise: str
    """What is promised, in a sentence."""
    judge: Judge = field(repr=False)
    timely: bool = field(default=False, repr=False)
    """Whether it is this promise that is broken by a call that does not come back in time."""
    methods: tuple[str, ...] = field(default=(), repr=False)
    """Those of the protocol."""
    limit: timedelta = field(default=LIMIT, repr=False)
    """How long a call may take."""

    def __str__(self) -> str:
        return self.name

    def __call__(self, factory: Factory[P], /) -> None:
        """See whether what the factory makes keeps the promise."""
        __tracebackhide__ = True  # a test that fails shows the lines of whoever wrote it, and our message
        watch, over, raised = Watch(self.limit), Event(), list[BaseException]()

        def perform() -> None:
            __tracebackhide__ = True
            try:
                self._perform(factory, watch)
            except BaseException as error:  # noqa: BLE001  # whatever it is, it is raised again where somebody waits
                raised.append(error)
            finally:
                over.set()

        Thread(target=copy_context().run, args=(perform,), name=f"check {self.name}", daemon=True).start()
        while not over.wait(watch.patience):
            if watch.is_over:
                raised.append(Overdue(watch))
                break
        error = raised[0] if raised else None
        while isinstance(error, Overdue):
            error = watch.judged if error.is_closing and not self.timely else self._late(error)
        if error is not None:
            self._raise(error)

    def _raise(self, error: BaseException) -> NoReturn:
        """Raise what was raised in the thread, for whoever asked."""
        __tracebackhide__ = True
        if isinstance(error, (PromiseBroken, Untold, RigInvalid)):
            raise error.with_traceback(_without_ours(error.__traceback__)) from error.__cause__
        if isinstance(error, Exception):
            raise error
        # It would end the program that checks, with whatever exit status, as if that were what was found.
        raise RigInvalid("factory", f"making or closing it raised {type(error).__name__}: {error}") from error

    def _perform(self, factory: Callable[[], Any], watch: Watch) -> None:
        __tracebackhide__ = True
        with Stage(self.name, self.level, self.promise, self.methods, watch, factory) as stage:
            self.judge(stage)

    def _late(self, error: Overdue) -> BaseException:
        """What it means that something does not come back. Its thread is left to itself, since none can be ended."""
        if error.part:
            return RigInvalid(error.part, str(error))
        return PromiseBroken(self.name, self.level, self.promise, str(error)) if self.timely else Untold(str(error))


def _without_ours(traceback: TracebackType | None) -> TracebackType | None:
    """Where else it came by: not how a check goes about, which says nothing of a provider or of a rig."""
    if traceback is None:
        return None
    rest, module = _without_ours(traceback.tb_next), traceback.tb_frame.f_globals.get("__name__", __name__)
    if module.startswith(BETWEEN):
        return rest
    return TracebackType(rest, traceback.tb_frame, traceback.tb_lasti, traceback.tb_lineno)
