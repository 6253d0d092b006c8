"""What a desk promises of pages at one moment: the right people, each once, whichever desks look at it."""

from __future__ import annotations

from typing import Any, Final

from incidentkit.errors import IncidentkitError, shown
from incidentkit.model.action import Outcome
from incidentkit.model.events import ActionEnded, ActionStarted
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.desk_story import (
    ROUNDS,
    Story,
    check,
    declared_with,
    names,
    unpaged,
)
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import ALPHABETS, LONG, NASTY, fresh
from incidentkit.testing.conformance.stage import Stage

CHANCES: Final = 3
"""How often two desks are let get in each other's way, which does not happen each time."""


def _pages_at_once(stage: Stage) -> None:
    story = Story.begin(stage)
    known = stage.rig.known.get("person")
    expected = story.at_once() if known is None else (str(known),)
    if not expected:
        raise Untold(
            "by its preview nobody is paged at once: say what is urgent with Rig(..., known={'severity': ...})"
        )
    pages = story.work()
    missing = unpaged(expected, pages)
    story.tried(pages)
    stage.expect(not missing, f"{', '.join(missing)} of {', '.join(expected)} did not get a page of {len(pages)}.")
    if known is None:
        stage.expect(len(pages) == len(expected), f"{len(pages)} pages for {', '.join(expected)}: {pages[-1]}.")


def _comes_to_rest(stage: Stage) -> None:
    Story.begin(stage)
    outcome = stage.attempt("tick")
    stage.expect(isinstance(outcome.answer, int) and outcome.answer > 0, f"{outcome}, when one incident was due.")
    for _ in range(ROUNDS):
        if stage.call("tick") == 0:
            return
    stage.fails(f"something was due even after {ROUNDS} ticks.")


def _pages_nobody_again(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    for _ in range(3):
        again = story.arriving(lambda: stage.call("tick"))
        stage.expect(not again, f"{len(again)} pages more, such as {again[0] if again else ''}.")


def _pages_nobody_again_elsewhere(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    again = story.work(story.another())
    stage.expect(not again, f"{len(again)} pages more, such as {again[0] if again else ''}.")


def _pages_once_with_others(stage: Stage) -> None:
    alone = Story.begin(stage)
    usual = len(alone.work())
    if not usual:
        raise Untold("nobody was paged at once for an incident that was declared")
    other = alone.another()
    for _ in range(CHANCES):
        story = Story.begin(stage)
        pages = (*story.work_with(other), *story.work())
        stage.expect(len(pages) == usual, f"{len(pages)} pages, where one desk alone sent {usual}.")


def _keeps_incidents_apart(stage: Stage) -> None:
    stories = [Story.begin(stage) for _ in range(2)]
    expected = [who for story in stories for who in story.at_once()]
    if not expected:
        raise Untold("by its preview nobody is paged at once")
    missing = unpaged(expected, stories[0].work())
    stage.expect(not missing, f"{', '.join(missing)} did not get a page for each of two incidents.")


def _shows_words(stage: Stage) -> None:
    story = Story.begin(stage, " ".join(ALPHABETS))
    pages = story.work()
    if not pages:
        raise Untold("nobody was paged at once for an incident that was declared")
    lost = [word for word in ALPHABETS if not any(word in page for page in pages)]
    stage.expect(not lost, f"{', '.join(lost)} did not arrive. What arrived is {shown(pages[0], 200)}.")


def _pages_for_strange_words(stage: Stage) -> None:
    Story.begin(stage).paged()
    for title in (*NASTY, "long " * (LONG // 5)):
        outcome = stage.attempt("declare", title, **declared_with(stage, id=fresh("INC")))
        if outcome.error is not None:
            stage.expect(isinstance(outcome.error, IncidentkitError), f"for {title[:60]!r}, {outcome}.")
            continue
        pages = Story.of(stage, outcome.answer).work()
        stage.expect(bool(pages), f"{title[:60]!r} was declared, and nobody was paged.")


def _explains_itself(stage: Stage) -> None:
    story = Story.begin(stage)
    people = story.paged()
    log = story.incident.timeline
    for person in people:
        tries = [event for event in log if isinstance(event, ActionStarted) and event.action.person == person]
        stage.expect(all(event.because for event in tries), f"the log does not say why {person} was paged.")
        done = {event.action for event in log if isinstance(event, ActionEnded) and event.outcome is Outcome.SUCCEEDED}
        is_told = any(event.action in done for event in tries)
        stage.expect(is_told, f"{person} was paged, and the log does not say that it succeeded.")
    stage.expect(all(any(names(page, who) for who in people) for page in stage.effects()), "a page that no log tells.")


CHECKS: Final[tuple[Check[Any], ...]] = (
    check(
        "tick_pages",
        "`tick` pages at once whom `preview` says, or the `person` known, and nobody else.",
        _pages_at_once,
    ),
    check("tick_rests", "`tick` says how many incidents it looked at, and 0 once nothing is due.", _comes_to_rest),
    check("tick_again", "Nobody is paged again because `tick` is called again.", _pages_nobody_again),
    check("tick_elsewhere", "Another desk on the same store pages nobody again.", _pages_nobody_again_elsewhere),
    check("tick_at_once", "Of two desks that `tick` at once, one sends each page.", _pages_once_with_others),
    check(
        "incidents_apart",
        "Of two incidents that are declared at once, people are paged for each.",
        _keeps_incidents_apart,
    ),
    check("page_strange_words", "People are paged for every title that `declare` takes.", _pages_for_strange_words),
    check(
        "page_shows_words", "The title arrives as it was declared, in any alphabet.", _shows_words, level=Level.SHOULD
    ),
    check("log_explains", "The log says of every page why it was sent, and that it was.", _explains_itself),
)
"""The promises about pages at one moment."""
