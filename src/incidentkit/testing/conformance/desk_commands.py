"""What a desk promises of declarations and commands: what it took is kept, and what it refuses changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from incidentkit.errors import IllegalTransition, IncidentExists, IncidentkitError, StaleVersion, UnknownIncident
from incidentkit.model.commands import Acknowledge, Command, Mitigate, Note, Resolve, StartMitigation
from incidentkit.model.events import Acknowledged, Noted
from incidentkit.model.incident import Incident
from incidentkit.model.lifecycle import Status
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.desk_story import BY, FORESIGHT, Story, another_desk, check, declared_with
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import NASTY
from incidentkit.testing.conformance.stage import Stage

MOVES: Final = ((StartMitigation, Status.MITIGATING), (Mitigate, Status.MONITORING), (Resolve, Status.RESOLVED))
"""How an incident moves on, and where it stands then."""

TITLE: Final = "Größe 緊急: the checkout of every shop in Europe answers with an error, since 14:02"
"""Longer than a title that was cut, and in more than one alphabet."""


def _makes_up_ids(stage: Stage) -> None:
    ids = list[str]()
    for _ in range(3):
        outcome = stage.attempt("declare", "Checkout returns 500", **declared_with(stage))
        stage.expect(isinstance(outcome.answer, Incident), f"{outcome}.")
        ids.append(outcome.answer.id)
        loaded = stage.attempt("load", outcome.answer.id)
        stage.expect(getattr(loaded.answer, "id", None) == ids[-1], f"{ids[-1]!r} was declared, and load: {loaded}.")
    stage.expect(len({*ids}) == len(ids), f"{ids} for three incidents.")


def _keeps_declarations(stage: Stage) -> None:
    given = declared_with(stage, id="INC-1")
    outcome = stage.attempt("declare", TITLE, **given)
    stage.expect(isinstance(outcome.answer, Incident), f"{outcome}.")
    first = outcome.answer.timeline[0]
    said = (first.incident, first.title, first.by)
    stage.expect(said == ("INC-1", TITLE, given["by"]), f"{said}.")
    kept = Story(stage, "INC-1", first.at).incident.timeline[0]
    stage.expect(kept == first, f"{kept!r} for {first!r}.")


def _declares_once(stage: Stage) -> None:
    story = Story.begin(stage)
    version = story.incident.version
    outcome = stage.attempt("declare", "Another one", **declared_with(stage, id=story.id))
    stage.expect(isinstance(outcome.error, IncidentExists), f"{outcome}.")
    stage.expect(story.incident.version == version, "the log has changed all the same.")


def _declares_for_all(stage: Stage) -> None:
    story = Story.begin(stage)
    outcome = stage.attempt("load", story.id, provider=another_desk(stage))
    stage.expect(getattr(outcome.answer, "id", None) == story.id, f"{outcome}.")


def _knows_its_incidents(stage: Stage) -> None:
    story = Story.begin(stage)
    for name in (story.id.lower(), f"{story.id} ", "", "%", "' OR '1'='1", "緊急"):
        for outcome in (
            stage.attempt("load", name),
            stage.attempt("submit", name, Note("nowhere", at=story.now, by=BY)),
            stage.attempt("preview", name, within=timedelta(hours=1)),
        ):
            stage.expect(isinstance(outcome.error, UnknownIncident), f"for {name!r}, {outcome}.")


def _keeps_words(stage: Stage) -> None:
    story = Story.begin(stage)
    given = list[str]()
    for words in NASTY:
        outcome = stage.attempt("submit", story.id, Note(words, at=story.now, by=BY))
        if outcome.error is None:
            given.append(words)
        else:
            stage.expect(isinstance(outcome.error, IncidentkitError), f"for {words!r}, {outcome}.")
    kept = [event.text for event in story.incident.timeline if isinstance(event, Noted)]
    lost = [words for words in given if words not in kept]
    stage.expect(bool(given), "every note was refused.")
    stage.expect(not lost and len(kept) == len(given), f"{len(kept)} notes of {len(given)}, without {lost}.")


def _moves(stage: Stage) -> None:
    story = Story.begin(stage)
    outcome = stage.attempt("submit", story.id, Acknowledge(at=story.now, by=BY))
    stage.expect(outcome.error is None, f"{outcome}.")
    stage.expect(BY in story.incident.acknowledged, f"{BY} acknowledged, and does not have it.")
    for kind, status in MOVES:
        outcome = stage.attempt("submit", story.id, kind(at=story.now, by=BY))
        stage.expect(outcome.error is None, f"{outcome}.")
        stage.expect(story.incident.status is status, f"{story.incident.status} after {kind.tag!r}.")


def _refuses_what_is_impossible(stage: Stage) -> None:
    story = Story.begin(stage)
    story.submit(Resolve(at=story.now, by=BY))
    if story.incident.status is not Status.RESOLVED:
        raise Untold("nothing can be resolved by it")
    _expect_refusal(story, StartMitigation(at=story.now, by=BY), IllegalTransition)


def _refuses_what_is_stale(stage: Stage) -> None:
    story = Story.begin(stage)
    version = story.incident.version
    story.submit(Note("something happened", at=story.now, by=BY))
    if not any(isinstance(event, Noted) for event in story.incident.timeline):
        raise Untold("nothing can be noted by it")
    _expect_refusal(story, StartMitigation(at=story.now, by=BY, based_on=version), StaleVersion)


def _expect_refusal(story: Story, command: Command, kind: type[IncidentkitError]) -> None:
    before = story.incident
    outcome = story.stage.attempt("submit", story.id, command)
    story.stage.expect(isinstance(outcome.error, kind), f"{outcome}.")
    after = story.incident
    changed = f"{after.version - before.version} events more, and it is {after.status}"
    story.stage.expect((after.version, after.status) == (before.version, before.status), f"{changed}.")


def _takes_commands_once(stage: Stage) -> None:
    story = Story.begin(stage)
    command = Acknowledge(at=story.now, by=BY)
    outcomes = [stage.attempt("submit", story.id, command) for _ in range(2)]
    if BY not in story.incident.acknowledged:
        raise Untold("nothing can be acknowledged by it")
    changed = [getattr(each.answer, "changed", each.error) for each in outcomes]
    stage.expect(changed == [True, False], f"it changed something: {changed}.")
    times = sum(isinstance(event, Acknowledged) for event in story.incident.timeline)
    stage.expect(times == 1, f"{times} acknowledgements in the log.")


def _only_reads(stage: Stage) -> None:
    story = Story.begin(stage)
    version, before = story.incident.version, stage.effects()
    stage.call("load", story.id)
    stage.call("preview", story.id, within=FORESIGHT)
    stage.call("audit", grace=timedelta())
    stage.expect(story.incident.version == version, "the log has changed.")
    stage.expect(stage.effects() == before, f"{len(stage.effects())} pages, and {len(before)} before.")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check("declare_makes_up_ids", "`declare` without an id makes up one that `load` finds.", _makes_up_ids),
    check(
        "declare_kept", "What `declare` gives is what `load` gives, in the words of who declared.", _keeps_declarations
    ),
    check(
        "declare_once",
        "`declare` raises `IncidentExists` for an id that is taken, and changes nothing.",
        _declares_once,
    ),
    check("declare_elsewhere", "What was declared by one desk is there for another.", _declares_for_all),
    check(
        "unknown_incident",
        "`load`, `submit` and `preview` raise `UnknownIncident` for what is not there, however it is spelt.",
        _knows_its_incidents,
    ),
    check("submit_kept", "What `submit` took is in the log, once and in any words.", _keeps_words),
    check("submit_moves", "`submit` moves an incident on as its command says.", _moves),
    check(
        "submit_impossible",
        "`submit` raises `IllegalTransition` for what the status rules out, and changes nothing.",
        _refuses_what_is_impossible,
    ),
    check(
        "submit_stale",
        "`submit` raises `StaleVersion` for a command that was based on an older version, and changes nothing.",
        _refuses_what_is_stale,
    ),
    check(
        "submit_again",
        "`submit` says of a command that was carried out already that it changed nothing, and keeps it so.",
        _takes_commands_once,
    ),
    check("reading_changes_nothing", "`load`, `preview` and `audit` change nothing and reach nobody.", _only_reads),
)
"""The promises about declarations and commands."""
