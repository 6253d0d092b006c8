"""A check: what it is given, what it does with it, and what it says."""

from __future__ import annotations

import asyncio
import pickle
import time
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from incidentkit import AsyncDesk, Desk
from incidentkit.errors import FieldInvalid, ProviderUnavailable, RigInvalid
from incidentkit.memory import MemoryPager, MemoryStore, MemoryTracker
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import Pager, SendPage
from incidentkit.providers.store import IncidentStore
from incidentkit.providers.tools import TOOLS
from incidentkit.testing import Check, Level, PromiseBroken, Rig, Untold, conformance
from incidentkit.testing.conformance import watch
from incidentkit.testing.conformance.suite import SUITES, suite_of
from tests.testing.conformance.desk_mutants import MUTANTS as DESK_MUTANTS
from tests.testing.conformance.desk_rigs import rig_of_async_desk, rig_of_desk
from tests.testing.conformance.mutants import OWN
from tests.testing.conformance.store_mutants import MUTANTS

SHORT = timedelta(seconds=0.2)


def named(name: str, **terms: Any) -> Check[Pager]:
    return next(check for check in conformance(Pager, **terms) if check.name == name)


def test_there_is_a_suite_for_every_tool_of_the_playbook() -> None:
    assert {tool.protocol for tool in TOOLS} < {suite.protocol for suite in SUITES}


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.kind)
def test_every_check_has_a_name_of_its_own_and_says_in_a_sentence_what_is_promised(suite: Any) -> None:
    assert len({str(check) for check in suite.checks}) == len(suite.checks)
    for check in suite.checks:
        assert str(check).isidentifier()
        assert check.promise.rstrip(".") + "." == check.promise


def test_no_mutant_is_left_of_a_check_that_is_gone() -> None:
    assert OWN.keys() <= {check.name for suite in SUITES for check in suite.checks}
    assert MUTANTS.keys() == {check.name for check in conformance(IncidentStore)}
    assert DESK_MUTANTS.keys() == {check.name for check in conformance(Desk)}


def test_checks_are_given_up_to_a_level() -> None:
    counts = {level: {check.level for check in conformance(Pager, level=level)} for level in Level}
    assert counts == {Level.MUST: {Level.MUST}, Level.SHOULD: {Level.MUST, Level.SHOULD}, Level.MAY: {*Level}}
    assert conformance(Pager) == conformance(Pager, level=Level.MAY)


@pytest.mark.parametrize("kind", [MemoryPager, int, [], "pager"])
def test_what_is_no_protocol_has_no_suite(kind: Any) -> None:
    with pytest.raises(FieldInvalid, match=r"there is no suite for .*: there are those of Pager, OnCall, "):
        conformance(kind)


class Deaf:
    """A pager that reaches nobody."""

    def page(self, request: SendPage, /) -> Receipt:
        raise KeyError(request.person)

    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


def test_a_broken_promise_is_told_with_what_was_seen() -> None:
    with pytest.raises(PromiseBroken) as caught:
        named("page_answers")(Deaf)
    promise = "`page` answers a request that can be carried out, with `Receipt`."
    assert str(caught.value) == f"{promise} Seen: KeyError: 'ada'."
    assert (caught.value.check, caught.value.level, caught.value.promise) == ("page_answers", Level.MUST, promise)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_what_cannot_be_seen_is_skipped_with_the_reason() -> None:
    with pytest.raises(Untold, match=r"let the factory give Rig\(..., effects=...\)"):
        named("page_done")(MemoryPager)
    with pytest.raises(Untold, match="page did not answer: KeyError: 'ada'"):
        named("page_same_answer")(Deaf)


def falling_out_with(error: Exception | None, diagnosed: Exception | None = None) -> Callable[[], Rig[Pager]]:
    """A factory of pagers that raise these while the system behind cannot be reached, or nothing."""

    class Falling(MemoryPager):
        down = False

        def page(self, request: SendPage, /) -> Receipt:
            if self.down and error is not None:
                raise error
            return super().page(request)

        def diagnose(self) -> Diagnosis:
            if self.down and diagnosed is not None:
                raise diagnosed
            return super().diagnose()

    def rig() -> Rig[Pager]:
        made = Falling()

        @contextmanager
        def outage() -> Generator[None]:
            made.down = True
            yield
            made.down = False

        return Rig(made, outage=outage)

    return rig


def test_an_address_in_an_error_of_any_kind_is_shown() -> None:
    check = named("errors_show_no_address")
    for error in (OSError("https://push.example.org does not answer"), ProviderUnavailable("no https://example.org")):
        with pytest.raises(PromiseBroken, match=rf"page raised {type(error).__name__}: .*https://"):
            check(falling_out_with(error))
    with pytest.raises(PromiseBroken, match=r"diagnose raised OSError: .*https://"):
        check(falling_out_with(OSError("no"), OSError("https://push.example.org does not answer")))
    check(falling_out_with(OSError("it does not answer")))


@pytest.mark.parametrize(
    ("diagnosis", "seen"),
    [
        (Diagnosis(healthy=True), "it says that it is healthy: Diagnosis(healthy=True, "),
        (Diagnosis(healthy=False), "it does not say why: Diagnosis(healthy=False, "),
        (
            Diagnosis(healthy=False, problem="https://push.example.org is down"),
            "its problem shows an address: 'https://push.example.org is down'.",
        ),
    ],
)
def test_what_is_wrong_with_a_diagnosis_in_an_outage_is_said(diagnosis: Diagnosis, seen: str) -> None:
    class Diagnosing(MemoryPager):
        def diagnose(self) -> Diagnosis:
            return diagnosis

    with pytest.raises(PromiseBroken) as caught:
        named("diagnose_outage")(lambda: Rig(Diagnosing(), outage=nullcontext))
    assert caught.value.seen.startswith(seen)


def test_where_nothing_fails_in_an_outage_nothing_is_seen_of_failures() -> None:
    with pytest.raises(Untold, match="nothing raised an error while the system behind could not be reached"):
        named("errors_show_no_address")(falling_out_with(None))
    with pytest.raises(Untold, match="page answered, though nothing could be reached"):
        named("page_after_outage")(falling_out_with(None))


def test_an_error_that_only_one_key_at_once_brings_about_breaks_its_promise() -> None:
    class Clashing(MemoryPager):
        """Keeps keys in a table that takes none twice, and looks first whether it is there."""

        def __init__(self) -> None:
            super().__init__()
            self.taken: set[str] = set()

        def page(self, request: SendPage, /) -> Receipt:
            had = request.key in self.taken
            time.sleep(0.01)
            if not had and request.key in self.taken:
                raise KeyError("UNIQUE constraint failed")
            self.taken.add(request.key)
            return super().page(request)

    named("page_at_once")(Clashing)
    with pytest.raises(PromiseBroken, match="KeyError: 'UNIQUE constraint failed'"):
        named("page_same_key_at_once")(Clashing)


def writing(written: Callable[[str], str]) -> Callable[[], Rig[Pager]]:
    """A factory of pagers that write a title so."""

    def rig() -> Rig[Pager]:
        sent: list[str] = []

        class Writing(MemoryPager):
            def page(self, request: SendPage, /) -> Receipt:
                sent.append(f"INC-7: {written(request.title)}")
                return super().page(request)

        return Rig(Writing(), effects=lambda: sent)

    return rig


def test_words_that_are_cut_are_not_lost() -> None:
    named("page_shows_words")(writing(lambda title: title[:20]))


def test_it_is_told_what_arrives_instead_of_words() -> None:
    check = named("page_shows_words")
    with pytest.raises(PromiseBroken) as caught:
        check(writing(lambda title: title.replace("緊急", "??")))
    assert caught.value.seen == "緊急 did not arrive. What arrived for 緊急 is 'INC-7: ??'."
    with pytest.raises(PromiseBroken) as caught:
        check(writing(lambda title: "an incident"))
    assert caught.value.seen.endswith(" did not arrive. What arrived for Größe is 'INC-7: an incident'.")


def test_a_method_is_called_with_one_request_by_place() -> None:
    class Named(MemoryPager):
        def page(self, request: SendPage, /, method: str) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            return super().page(request)

    with pytest.raises(PromiseBroken, match=r"page.*: missing a required argument: 'method'"):
        named("has_methods")(Named)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class Closing(MemoryPager):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    def close(self) -> None:
        self.told.append("closed")


class ClosingLater(MemoryPager):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self.told = told

    async def diagnose(self) -> Diagnosis:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        self.running = asyncio.get_running_loop()
        return super().diagnose()

    async def aclose(self) -> None:
        await asyncio.sleep(0)
        self.told.append("closed" if self.running is asyncio.get_running_loop() else "closed in another loop")


@pytest.mark.parametrize("kind", [Closing, ClosingLater])
def test_what_was_made_is_closed(kind: Any) -> None:
    told: list[str] = []
    named("diagnose_answers")(lambda: kind(told))
    named("diagnose_answers")(lambda: Rig(kind(told)))
    assert told == ["closed", "closed"]


def test_a_context_takes_back_what_it_gave() -> None:
    told: list[str] = []

    @contextmanager
    def made() -> Generator[Pager]:
        yield Closing([])
        told.append("over")

    @asynccontextmanager
    async def made_later() -> AsyncGenerator[Rig[Pager]]:
        loop = asyncio.get_running_loop()
        yield Rig(ClosingLater([]))
        told.append("over" if loop is asyncio.get_running_loop() else "over in another loop")

    async def made_in_a_coroutine() -> Pager:
        told.append("made")
        return MemoryPager()

    check = named("diagnose_answers")
    check(made)
    check(made_later)
    check(made_in_a_coroutine)
    assert told == ["over", "over", "made"]


def test_what_the_factory_raises_is_raised() -> None:
    def broken() -> Pager:
        raise OSError("no such server")

    with pytest.raises(OSError, match="no such server"):
        named("page_answers")(broken)


def test_a_call_that_never_comes_back_is_late() -> None:
    over = Event()

    class Stuck(MemoryPager):
        def page(self, request: SendPage, /) -> Receipt:
            over.wait()
            return super().page(request)

    try:
        with pytest.raises(PromiseBroken, match=r"Seen: page did not come back within 0.2 s\."):
            named("in_time", limit=SHORT)(Stuck)
        with pytest.raises(Untold, match="page did not come back"):
            named("page_answers", limit=SHORT)(Stuck)
    finally:
        over.set()


def test_a_call_that_is_awaited_for_ever_is_late_and_ended() -> None:
    ended: list[str] = []

    class Stuck(MemoryPager):
        async def page(self, request: SendPage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(request.key)
            return super().page(request)

    with pytest.raises(PromiseBroken, match="page did not come back within"):
        named("in_time", limit=SHORT)(Stuck)
    assert len(ended) == 1


class Ends(MemoryPager):
    """Ends the program, as code does that was written for a command line."""

    def page(self, request: SendPage, /) -> Receipt:
        raise SystemExit(0)


class IsCancelled(MemoryPager):
    async def page(self, request: SendPage, /) -> Receipt:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        raise asyncio.CancelledError


@pytest.mark.parametrize("kind", [Ends, IsCancelled])
@pytest.mark.parametrize("name", ["page_answers", "page_at_once"])
def test_whatever_ends_a_call_is_what_came_of_it(kind: Any, name: str) -> None:
    with pytest.raises(PromiseBroken, match=r"SystemExit: 0|CancelledError"):
        named(name)(kind)


def ending_factory() -> MemoryPager:
    raise SystemExit(0)


@contextmanager
def ending_context() -> Generator[MemoryPager]:
    yield MemoryPager()
    raise SystemExit(0)


@pytest.mark.parametrize("factory", [ending_factory, ending_context])
def test_a_factory_that_ends_the_program_ends_no_check(factory: Any) -> None:
    with pytest.raises(RigInvalid, match="factory: making or closing it raised SystemExit: 0"):
        named("page_answers")(factory)


def test_a_factory_that_never_comes_back_is_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PREPARATION", SHORT)
    over = Event()

    def hanging() -> MemoryPager:
        over.wait()
        return MemoryPager()

    async def waiting() -> MemoryPager:
        await asyncio.Event().wait()
        return MemoryPager()

    try:
        for factory in (hanging, waiting):
            with pytest.raises(RigInvalid, match=r"factory: it did not come back within 0.2 s\."):
                named("in_time", limit=SHORT)(factory)
    finally:
        over.set()


def test_a_provider_that_never_closes_is_late_and_otherwise_what_it_was() -> None:
    over = Event()

    class Stays(MemoryPager):
        def close(self) -> None:
            over.wait()

    class Lingers(MemoryPager):
        async def aclose(self) -> None:
            await asyncio.Event().wait()

    class Bad(Stays):
        def page(self, request: SendPage, /) -> Receipt:
            raise KeyError(request.key)

    try:
        for kind in (Stays, Lingers):
            named("page_answers", limit=SHORT)(kind)
            with pytest.raises(PromiseBroken, match=r"closing it did not come back within 0.2 s\."):
                named("in_time", limit=SHORT)(kind)
        with pytest.raises(PromiseBroken, match="KeyError"):
            named("page_answers", limit=SHORT)(Bad)
    finally:
        over.set()


def test_the_kind_is_found_from_the_methods() -> None:
    makers = (MemoryPager, MemoryTracker, MemoryStore, rig_of_desk, rig_of_async_desk)
    assert [suite_of(make).kind for make in makers] == ["pager", "tracker", "store", "desk", "desk"]


class Halves(MemoryPager):
    on_call = page_nobody = MemoryPager.page


class Quiet:
    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (object, "it has the methods of no protocol, not one"),
        (
            Quiet,
            "it has the methods of no protocol; the nearest is pager, without page, or on-call, without on_call, or ",
        ),
        (Halves, "it has the methods of pager and of on-call"),
    ],
)
def test_what_is_missing_of_the_nearest_protocol_is_said(kind: Any, problem: str) -> None:
    with pytest.raises(RigInvalid, match=f"kind: {problem}") as caught:
        suite_of(kind)
    assert caught.value.part == "kind"


def test_both_desks_promise_the_same() -> None:
    assert [check.name for check in conformance(AsyncDesk)] == [check.name for check in conformance(Desk)]
