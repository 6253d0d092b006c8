"""Incidents that run go on by another playbook: people move them, and a desk without theirs takes them over."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.convert import to_json
from incidentkit.errors import IllegalTransition, ProviderUnavailable, SchemesDiffer, UnknownPlaybook
from incidentkit.memory import MemoryStore
from incidentkit.model.commands import ChangePlaybook
from incidentkit.model.events import Became, Event, PlaybookChanged, TakenOver
from incidentkit.model.facts import Flag
from incidentkit.model.incident import Incident
from incidentkit.model.severity import SeverityScheme
from incidentkit.playbooks.emergency import EMERGENCY, PRODUCTION_DOWN
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import ContactChain, Level
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.planning import plan
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.rules import SeverityRules, when
from incidentkit.policy.situation import UNRESOLVED_FOR
from incidentkit.providers.playbooks import KeepPlaybook
from incidentkit.providers.store import Append
from tests.desk.test_desk import CHAIN, ESCALATION, LEVELS, PLAYBOOK, QUIET, START, Scene, declared, exhaust, t

FIRST, SECOND = LEVELS
STAND_DOWN = (Attempt("mail", timedelta(minutes=5)),)


def edited(*levels: Level, **policy: Any) -> Playbook:
    """The playbook with other levels, or another policy."""
    return evolve(PLAYBOOK, escalation=evolve(ESCALATION, levels=levels or LEVELS, **policy))


@pytest.fixture(params=["Desk", "AsyncDesk"])
def scene(request: pytest.FixtureRequest) -> Scene:
    return Scene(request.param)


def move(playbook: Any, *, reason: str = "the old one is wrong", at: float = 0) -> ChangePlaybook:
    return ChangePlaybook(playbook, reason=reason, at=t(at), by="ada")


def pages(scene: Scene) -> list[tuple[str, str]]:
    return [(page.person, page.method) for page in scene.pager.pages]


def pass_minutes(scene: Scene, desk: Any, count: int) -> None:
    for _ in range(count):
        scene.clock.advance(timedelta(minutes=1))
        exhaust(desk)


# Moving


def test_level_that_was_reached_is_paged_no_second_time_and_its_chain_goes_on(scene: Scene) -> None:
    chain = ContactChain((*CHAIN.attempts, Attempt("phone", timedelta(minutes=5))), rounds=1)
    new = edited(contact=chain)
    desk = scene.desk([new, PLAYBOOK])
    declared(scene.desk(PLAYBOOK))
    exhaust(desk)
    result = desk.submit("INC-1", move(new))
    assert (result.changed, result.incident.playbook) == (True, new.reference)
    assert "if nothing else happens, at 2026-03-02 14:28 UTC" in result.summary
    pass_minutes(scene, desk, 12)
    assert pages(scene) == [("ada", "phone"), ("ada", "mail"), ("ada", "phone")]
    assert scene.tags().count("came into force") == 1


def test_level_that_is_new_is_reached_when_its_condition_is_true(scene: Scene) -> None:
    new = edited(*LEVELS, Level("third", person("grace"), UNRESOLVED_FOR >= timedelta(minutes=20)))
    desk = scene.desk([new, PLAYBOOK])
    declared(scene.desk(PLAYBOOK))
    exhaust(desk)
    scene.clock.advance(timedelta(minutes=25))
    desk.submit("INC-1", move(new))
    exhaust(desk)
    reached = [(event.obligation, event.at) for event in scene.log() if isinstance(event, Became)]
    assert reached[-1] == ("page/third", t(25))


def test_level_that_is_gone_pages_nobody_any_more(scene: Scene) -> None:
    new = edited(Level("other", person("grace"), UNRESOLVED_FOR >= timedelta(hours=2)))
    desk = scene.desk([new, PLAYBOOK])
    declared(scene.desk(PLAYBOOK))
    exhaust(desk)
    desk.submit("INC-1", move(new))
    pass_minutes(scene, desk, 60)
    assert pages(scene) == [("ada", "phone")]


def test_whoever_was_paged_for_a_level_that_is_gone_is_told_to_stand_down(scene: Scene) -> None:
    old, new = edited(stand_down=STAND_DOWN), edited(SECOND, stand_down=STAND_DOWN)
    desk = scene.desk([new, old])
    declared(scene.desk(old))
    exhaust(desk)
    desk.submit("INC-1", move(new))
    desk.resolve("INC-1", by="grace")
    exhaust(desk)
    assert pages(scene) == [("ada", "phone"), ("ada", "mail")]


def test_what_was_due_before_the_move_is_decided_by_the_old_playbook(scene: Scene) -> None:
    new = edited(FIRST)
    desk = scene.desk([new, PLAYBOOK])
    declared(scene.desk(PLAYBOOK))
    exhaust(desk)
    scene.clock.advance(timedelta(minutes=31))
    desk.submit("INC-1", move(new))
    *_, reached, moved = scene.log()
    assert isinstance(reached, Became)
    assert (reached.obligation, reached.at) == ("page/second", t(30))
    assert isinstance(moved, PlaybookChanged)
    exhaust(desk)
    assert ("grace", "phone") not in pages(scene)


def test_incident_can_be_moved_there_and_back(scene: Scene) -> None:
    desk = scene.desk([PLAYBOOK, QUIET])
    declared(desk)
    exhaust(desk)
    desk.submit("INC-1", move(QUIET))
    pass_minutes(scene, desk, 4)
    desk.submit("INC-1", move(PLAYBOOK.reference))
    pass_minutes(scene, desk, 4)
    assert pages(scene) == [("ada", "phone"), ("ada", "mail")]


def test_playbook_that_the_desk_has_not_is_refused_with_the_nearest(scene: Scene) -> None:
    desk = scene.desk(PLAYBOOK)
    declared(desk)
    with pytest.raises(UnknownPlaybook, match=rf"there are {PLAYBOOK.reference}\. Did you mean") as caught:
        desk.submit("INC-1", move(f"{PLAYBOOK.reference[:-1]}-"))
    assert caught.value.reference == f"{PLAYBOOK.reference[:-1]}-"
    others: list[Any] = [QUIET, "", 7, []]
    for nothing in others:
        with pytest.raises(UnknownPlaybook):
            desk.submit("INC-1", move(nothing))
    assert scene.tags() == ["declared"]


def test_playbook_of_another_scheme_is_refused(scene: Scene) -> None:
    web = SeverityScheme("major", "minor")
    rules = SeverityRules(when(Flag("down", question="Is it down?"), web["major"]), otherwise=web["minor"])
    other = Playbook(name="web", rules=rules)
    desk = scene.desk([PLAYBOOK, other])
    declared(desk)
    with pytest.raises(SchemesDiffer, match="SEV-1 is of another scheme than the playbook web"):
        desk.submit("INC-1", move(other))
    assert scene.tags() == ["declared"]


def test_move_to_what_it_has_already_is_recorded_and_changes_nothing(scene: Scene) -> None:
    desk = scene.desk([PLAYBOOK, QUIET])
    declared(desk)
    assert not desk.submit("INC-1", move(PLAYBOOK)).changed
    assert desk.load("INC-1").playbook == PLAYBOOK.reference
    desk.resolve("INC-1", by="ada")
    desk.close("INC-1", by="ada")
    with pytest.raises(IllegalTransition):
        desk.submit("INC-1", move(QUIET))


def test_move_that_several_desks_are_asked_for_at_once_is_made_once() -> None:
    scene = Scene("Desk")
    desks = [scene.desk([PLAYBOOK, QUIET], name=f"desk {number}") for number in range(4)]
    declared(desks[0])
    exhaust(desks[0])

    def moved(desk: Any) -> bool:
        changed: bool = desk.submit("INC-1", move(QUIET)).changed
        desk.tick()
        return changed

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(moved, desks)) == [False, False, False, True]
    assert scene.tags().count("playbook changed") == 1
    assert pages(scene) == [("ada", "phone")]


class Broken(MemoryStore):
    """Loses the connection at one append, before or after it was done."""

    def __init__(self, clock: Callable[[], Any], *, done: bool) -> None:
        super().__init__(clock)
        self.done, self.broken = done, False

    def append(self, request: Append, /) -> tuple[Event, ...]:
        if self.broken:
            self.broken = False
            if self.done:
                super().append(request)
            raise ProviderUnavailable("the connection broke")
        return super().append(request)


@pytest.mark.parametrize("done", [True, False])
def test_move_that_was_interrupted_can_be_asked_for_again(scene: Scene, done: bool) -> None:
    scene.store = store = Broken(scene.clock, done=done)
    desk = scene.desk([PLAYBOOK, QUIET])
    declared(desk)
    exhaust(desk)
    scene.clock.advance(timedelta(minutes=31))
    store.broken = True
    with pytest.raises(ProviderUnavailable):
        desk.submit("INC-1", move(QUIET))
    assert scene.tags().count("playbook changed") == int(done)
    assert desk.submit("INC-1", move(QUIET)).changed is not done
    assert scene.tags().count("playbook changed") == 1
    exhaust(desk)
    assert pages(scene) == [("ada", "phone")]


# Taking over


def taken_over(scene: Scene) -> list[tuple[str, str]]:
    return [(event.playbook, event.missing) for event in scene.log() if isinstance(event, TakenOver)]


def test_log_says_once_that_a_playbook_took_over_before_what_that_decides(scene: Scene) -> None:
    scene.keep_no_playbooks()
    declared(scene.desk(QUIET))
    desk = scene.desk(PLAYBOOK, name="night")
    exhaust(desk)
    assert scene.tags()[:3] == ["declared", "taken over", "came into force"]
    assert str(scene.log()[1]) == f"{PLAYBOOK.reference} takes over for {QUIET.reference}, which night does not have"
    pass_minutes(scene, desk, 40)
    assert taken_over(scene) == [(PLAYBOOK.reference, QUIET.reference)]
    assert desk.load("INC-1").taken_over_by == (PLAYBOOK.reference,)


def test_log_says_that_a_playbook_took_over_although_that_asks_for_nothing(scene: Scene) -> None:
    scene.keep_no_playbooks()
    declared(scene.desk(PLAYBOOK))
    exhaust(scene.desk(QUIET))
    assert scene.tags() == ["declared", "taken over"]


def test_command_that_settles_what_was_due_says_it_as_well(scene: Scene) -> None:
    scene.keep_no_playbooks()
    declared(scene.desk(QUIET))
    scene.clock.advance(timedelta(minutes=31))
    desk = scene.desk(PLAYBOOK)
    assert desk.acknowledge("INC-1", by="ada").changed
    assert scene.tags() == ["declared", "taken over", "came into force", "came into force", "acknowledged"]
    desk.note("INC-1", "looking", by="ada")
    assert len(taken_over(scene)) == 1


def test_desks_with_different_playbooks_do_not_fight(scene: Scene) -> None:
    scene.keep_no_playbooks()
    other = edited(FIRST)
    declared(scene.desk(QUIET))
    desks = [scene.desk(PLAYBOOK), scene.desk(other), scene.desk(QUIET), scene.desk([other, QUIET])]
    for _ in range(3):
        for desk in desks:
            desk.tick()
    length = len(scene.log())
    assert sorted(taken_over(scene)) == sorted((each.reference, QUIET.reference) for each in (PLAYBOOK, other))
    for _ in range(20):
        for desk in desks:
            desk.tick()
    assert len(scene.log()) == length


def test_incident_without_a_playbook_is_taken_over_in_silence(scene: Scene) -> None:
    incident = Incident.declare(
        "INC-1", title="x", at=START, by="ada", triage=EMERGENCY.triage({PRODUCTION_DOWN: True})
    )
    request = Append(
        incident=incident.id, events=(*incident.timeline,), expected_version=0, wake_at=START, planned_with=""
    )
    scene.store.append(request)
    exhaust(scene.desk(PLAYBOOK))
    assert taken_over(scene) == []
    assert pages(scene) == [("ada", "phone")]


def test_incident_that_was_taken_over_can_be_moved_for_good(scene: Scene) -> None:
    scene.keep_no_playbooks()
    declared(scene.desk(QUIET))
    desk = scene.desk(PLAYBOOK)
    exhaust(desk)
    assert desk.submit("INC-1", move(PLAYBOOK)).changed
    again = scene.desk([QUIET, PLAYBOOK])
    pass_minutes(scene, again, 5)
    assert pages(scene) == [("ada", "phone"), ("ada", "mail")]
    assert plan(again.load("INC-1"), PLAYBOOK, Directory(people={}), now=t(5)).owed == ()
    scene.desk(QUIET).tick()
    assert taken_over(scene)[1:] == [(QUIET.reference, PLAYBOOK.reference)]


# Playbooks that the store kept


def people(scene: Scene) -> list[str]:
    return [page.person for page in scene.pager.pages]


@pytest.mark.parametrize("others", [[QUIET], [QUIET, edited(SECOND)]])
def test_incident_stays_with_its_playbook_on_a_desk_that_was_not_given_it(scene: Scene, others: list[Playbook]) -> None:
    declared(scene.desk(PLAYBOOK))
    desk = scene.desk(others)
    pass_minutes(scene, desk, 31)
    assert people(scene) == ["ada", "ada", "grace"]
    assert (taken_over(scene), desk.load("INC-1").playbook) == ([], PLAYBOOK.reference)
    assert desk.acknowledge("INC-1", by="grace").summary.endswith("in the 24 hours that follow.")


def test_incident_moves_to_a_playbook_that_only_the_store_has(scene: Scene) -> None:
    declared(scene.desk(PLAYBOOK), "INC-2")
    declared(scene.desk(QUIET))
    desk = scene.desk(QUIET)
    assert desk.submit("INC-1", move(PLAYBOOK)).changed
    exhaust(desk)
    assert people(scene) == ["ada", "ada"]
    with pytest.raises(UnknownPlaybook):
        desk.submit("INC-1", move("nothing@000000000000"))


def test_playbook_is_kept_when_an_incident_moves_to_it(scene: Scene) -> None:
    declared(scene.desk(QUIET))
    scene.desk([QUIET, PLAYBOOK]).submit("INC-1", move(PLAYBOOK))
    exhaust(scene.desk(QUIET))
    assert (people(scene), taken_over(scene)) == (["ada"], [])


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (to_json(edited(Level("first", person("linus")))), "no person is called 'linus'"),
        ('{"name": "desk"}', "missing"),
    ],
)
def test_first_playbook_takes_over_for_one_that_was_kept_and_cannot_be_gone_by(
    scene: Scene, document: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    scene.store.keep_playbook(KeepPlaybook(QUIET.reference, document))
    declared(scene.desk(QUIET))
    desk = scene.desk(PLAYBOOK)
    pass_minutes(scene, desk, 2)
    assert taken_over(scene) == [(PLAYBOOK.reference, QUIET.reference)]
    assert people(scene) == ["ada"]
    (event,) = (each for each in scene.log() if isinstance(each, TakenOver))
    assert why in event.because
    assert why in str(event)
    assert why in caplog.text


def test_playbook_that_the_store_lost_is_kept_again_within_the_hour(scene: Scene) -> None:
    desk = scene.desk(PLAYBOOK)
    declared(desk)
    empty = MemoryStore(scene.clock)
    for name in ("keep_playbook", "playbook"):
        setattr(scene.store, name, getattr(empty, name))
    scene.clock.advance(timedelta(hours=1))
    declared(desk, "INC-2")
    assert empty.playbook(PLAYBOOK.reference) == to_json(PLAYBOOK)


def test_playbook_that_is_not_what_it_is_called_is_gone_by_and_told(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.store.keep_playbook(KeepPlaybook(QUIET.reference, to_json(PLAYBOOK)))
    declared(scene.desk(QUIET))
    exhaust(scene.desk(edited(SECOND)))
    assert people(scene) == ["ada"]
    assert f"would be called {PLAYBOOK.reference} today" in caplog.text
