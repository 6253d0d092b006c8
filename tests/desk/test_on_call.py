"""A desk that asks who is on call: what it makes of the answers, with and without a loop."""

from __future__ import annotations

import logging
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from incidentkit import Desk, Toolbox
from incidentkit.desk import LogObserver
from incidentkit.errors import Misconfigured, NotFound, OutcomeUnknown, ProviderError, ProviderUnavailable
from incidentkit.memory import MemoryOnCall
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded
from incidentkit.policy.escalation import EscalationPolicy, Level
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import on_call, person
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.on_call import FindOnCall, OnCallNow
from tests.desk.test_desk import CHAIN, DIRECTORY, PLAYBOOK, Scene, declared, exhaust

LEVELS = (Level("payments", on_call("payments")),)
ASKING = Playbook(
    name="asking",
    rules=PLAYBOOK.rules,
    escalation=EscalationPolicy(levels=LEVELS, contact=CHAIN, fallback=[person("grace")]),
)


@pytest.fixture(params=["Desk", "AsyncDesk"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


def paged(scene: Scene) -> list[str]:
    return [page.person for page in scene.pager.pages]


def answers(scene: Scene) -> list[ActionEnded]:
    return [each for each in scene.log() if isinstance(each, ActionEnded) and each.action.person == "on-call payments"]


def begun(scene: Scene, system: Any, **settings: Any) -> Any:
    desk = scene.desk(ASKING, on_call=system, **settings)
    declared(desk)
    exhaust(desk)
    return desk


def test_whoever_is_named_is_paged_at_once(scene: Scene) -> None:
    system = MemoryOnCall({"payments": ["ada"]})
    begun(scene, system)
    assert paged(scene) == ["ada"]
    (question,) = system.asked
    assert (question.incident, question.schedule, question.at, len(question.key)) == (
        "INC-1",
        "payments",
        scene.clock(),
        64,
    )
    (answer,) = answers(scene)
    assert (answer.outcome, answer.found, answer.reference) == (Outcome.SUCCEEDED, ("ada",), "answer-1")


class Slow:
    """An on-call system that has to be awaited."""

    async def on_call(self, request: FindOnCall, /) -> OnCallNow:
        return OnCallNow(people=("ada",))

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


def test_a_system_that_has_to_be_awaited_is_for_a_desk_with_a_loop() -> None:
    scene = Scene("AsyncDesk")
    begun(scene, Slow())
    assert paged(scene) == ["ada"]
    with pytest.raises(Misconfigured, match="on-call: 'on_call' is async"):
        Desk(ASKING, DIRECTORY, Toolbox(on_call=Slow()), scene.store)


def test_without_a_system_the_fallback_is_paged_at_once(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        desk = begun(scene, None)
    assert "asking asks who is on call, for which no on-call system is in the toolbox" in caplog.text
    assert paged(scene) == ["grace"]
    (answer,) = answers(scene)
    assert (answer.outcome, answer.problem) == (Outcome.FAILED, "no on-call system is in the toolbox")
    assert not desk.diagnose()["on-call"].healthy


@pytest.mark.parametrize("error", [ProviderUnavailable("it is down"), OutcomeUnknown("no answer")])
def test_a_system_that_is_ill_is_asked_again_and_given_up(scene: Scene, error: ProviderError) -> None:
    system = MemoryOnCall({"payments": ["ada"]}, fault=error)
    desk = begun(scene, system)
    assert paged(scene) == []
    for _ in range(60):
        scene.clock.advance(timedelta(seconds=1))
        exhaust(desk)
    assert paged(scene) == ["grace"]
    assert len(system.asked) == 3
    assert len({question.key for question in system.asked}) == 1


def test_a_system_that_is_well_again_in_time_is_heard(scene: Scene) -> None:
    system = MemoryOnCall({"payments": ["ada"]}, fault=ProviderUnavailable("it is down"))
    desk = begun(scene, system)
    system.fault = None
    scene.clock.advance(timedelta(seconds=12))
    exhaust(desk)
    assert paged(scene) == ["ada"]


def test_a_schedule_that_the_system_does_not_have_ends_the_question(scene: Scene) -> None:
    begun(scene, MemoryOnCall({}))
    (answer,) = answers(scene)
    assert "no schedule is called 'payments'" in answer.problem
    assert paged(scene) == ["grace"]


class Saying:
    """An on-call system that gives any answer."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def on_call(self, request: FindOnCall, /) -> Any:
        return self.answer

    def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=True)


@pytest.mark.parametrize(
    ("answer", "outcome", "problem"),
    [
        (None, Outcome.FAILED, "answered with NoneType and not with an OnCallNow"),
        (["ada"], Outcome.FAILED, "answered with list and not with an OnCallNow"),
        (OnCallNow(people="ada"), Outcome.FAILED, "the people of its answer are str, no tuple"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (OnCallNow(people=("", "a\nb", 7)), Outcome.SUCCEEDED, "some of those whom it named have no names"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (OnCallNow(reference=7), Outcome.SUCCEEDED, "the reference of its answer is int, no text"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ],
)
def test_an_answer_that_cannot_be_read_pages_the_fallback(
    scene: Scene, answer: Any, outcome: Outcome, problem: str
) -> None:
    begun(scene, Saying(answer))
    (event,) = answers(scene)
    assert (event.outcome, event.found) == (outcome, ())
    assert event.problem.startswith(problem)
    assert paged(scene) == ["grace"]


def test_names_are_kept_once_each_also_those_of_strangers(scene: Scene) -> None:
    begun(scene, Saying(OnCallNow(people=["zoe", "ada", "ada", ""])))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert [each.found for each in answers(scene)] == [("zoe", "ada")]
    assert paged(scene) == ["ada"]


def test_a_stranger_who_is_named_many_times_leaves_room_for_others(scene: Scene) -> None:
    begun(scene, Saying(OnCallNow(people=("zoe",) * 100 + ("ada",))))
    assert [(each.found, each.problem) for each in answers(scene)] == [(("zoe", "ada"), "")]
    assert paged(scene) == ["ada"]


def test_a_list_that_is_too_long_is_cut_and_the_log_says_so(scene: Scene) -> None:
    everybody = tuple(f"person {number}" for number in range(101))
    begun(scene, Saying(OnCallNow(people=("", *everybody), reference=7)))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (answer,) = answers(scene)
    assert (answer.outcome, answer.found) == (Outcome.SUCCEEDED, everybody[:100])
    assert answer.problem == (
        "the reference of its answer is int, no text;"
        " some of those whom it named have no names: printable text without spaces at its ends;"
        " it named 101 people, of whom the first 100 are kept"
    )


class Who(StrEnum):
    ADA = "ada"


class Loud(str):
    def __str__(self) -> str:
        return self.upper()


@pytest.mark.parametrize("who", [Who.ADA, Loud("ada")])
def test_a_name_of_a_class_of_its_own_is_its_text(scene: Scene, who: str) -> None:
    begun(scene, Saying(OnCallNow(people=(who,))))
    (answer,) = answers(scene)
    assert (answer.found, answer.problem) == (("ada",), "")
    assert type(answer.found[0]) is str
    assert paged(scene) == ["ada"]


class Posing:
    """Something that says that it is text."""

    __class__ = str  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType, reportIncompatibleMethodOverride]


def test_what_only_says_that_it_is_text_is_no_name(scene: Scene) -> None:
    begun(scene, Saying(OnCallNow(people=(Posing(), "ada"))))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    (answer,) = answers(scene)
    assert (answer.found, answer.problem.partition(":")[0]) == (("ada",), "some of those whom it named have no names")


def test_error_that_shows_no_schedule_is_said_in_the_log(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        begun(scene, MemoryOnCall({}, fault=NotFound("gone")), observers=(LogObserver(),))
    said = [record.getMessage() for record in caplog.records if "who is on call for" in record.getMessage()]
    assert said == [
        "INC-1: asking who is on call for payments (page/payments/1/on-call payments/0/0)",
        "INC-1: question who is on call for payments: failed (gone)",
    ]


class Closing(MemoryOnCall):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_toolbox_checks_diagnoses_and_closes_it(scene: Scene) -> None:
    system = Closing({}, fault=ProviderUnavailable("it is down"))
    found = scene.desk(ASKING, on_call=system).diagnose()["on-call"]
    assert (found.healthy, found.problem) == (False, "it is down")
    with Toolbox(on_call=system):
        pass
    assert system.closed
    with pytest.raises(Misconfigured, match="has no method 'on_call'"):
        Toolbox(on_call=scene.pager)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
