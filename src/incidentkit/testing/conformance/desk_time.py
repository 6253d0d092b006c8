"""What a desk promises as time passes: it pages on when it said, stops when it should, and forgets nothing."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, Final

from incidentkit.model.commands import Acknowledge, Reopen, Resolve, Snooze
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.providers.store import Audit
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.desk_story import BY, MARGIN, Paging, Story, check, names, unpaged
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage

MOMENTS: Final = 3
"""How many moments of a preview are looked at."""

GRACE: Final = timedelta(minutes=5)
"""By how much what is late is forgotten."""


def _desk_of(story: Story, *, elsewhere: bool) -> Any:
    """Another desk that pages nobody again, or `None` for that of the factory."""
    if not elsewhere:
        return None
    desk = story.another()
    if story.work(desk):
        raise Untold("another desk pages people again")
    return desk


def _pages_on_in_time(elsewhere: bool, stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    desk = _desk_of(story, elsewhere=elsewhere)
    _expect_in_time(story, story.next_paging(), desk)
    for _ in range(MOMENTS - 1):
        if ahead := story.ahead():
            _expect_in_time(story, ahead[0], desk)


def _expect_in_time(story: Story, paging: Paging, desk: Any) -> None:
    story.wait_until(paging.at - MARGIN)
    early = story.work(desk)
    story.stage.expect(not early, f"{len(early)} pages before {paging.at}, such as {early[0] if early else ''}.")
    story.wait_until(paging.at + MARGIN)
    missing = unpaged(paging.people, story.work(desk))
    story.expect(not missing, f"{', '.join(missing)} did not get a page at {paging.at}.")


def _stops_for_who_has_it(elsewhere: bool, stage: Stage) -> None:
    story = Story.begin(stage)
    person = story.paged()[0]
    desk = _desk_of(story, elsewhere=elsewhere)
    again = story.next_paging(person)
    story.submit(Acknowledge(at=story.now, by=person))
    if person not in story.incident.acknowledged:
        raise Untold("nothing can be acknowledged by it")
    story.wait_until(again.at + MARGIN)
    pages = [page for page in story.work(desk) if names(page, person)]
    if person not in story.incident.acknowledged:
        raise Untold(f"the acknowledgement did not last until {person} would have been paged again")
    stage.expect(not pages, f"{person} has it, and got {pages[0] if pages else ''}.")


def _stops_nothing_else(stage: Stage) -> None:
    mine, other = Story.begin(stage), Story.begin(stage)
    other.paged()
    paging = other.next_paging()
    for person in dict.fromkeys(paging.people):
        mine.submit(Acknowledge(at=mine.now, by=person))
    other.wait_until(paging.at + MARGIN)
    missing = unpaged(paging.people, other.work())
    other.expect(not missing, f"{', '.join(missing)} has one incident, and was not paged for the other.")


def _resolved(story: Story) -> None:
    story.submit(Resolve(at=story.now, by=BY))
    if story.incident.status is not Status.RESOLVED:
        raise Untold("nothing can be resolved by it")


def _stops_when_it_is_over(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    paging = story.next_paging()
    _resolved(story)
    if story.ahead():
        raise Untold("by its preview people are paged though it is over, which is what its playbook wants")
    pages = story.work()
    story.wait_until(paging.at + MARGIN)
    pages += story.work()
    stage.expect(not pages, f"{len(pages)} pages though it is over, such as {pages[0] if pages else ''}.")


def _pages_anew(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    _resolved(story)
    story.work()
    story.submit(Reopen(at=story.now, by=BY, reason="it came back"))
    if story.incident.status not in ACTIVE:
        raise Untold("nothing can be reopened by it")
    people = story.at_once()
    if not people:
        raise Untold("by its preview nobody is paged at once for what was reopened")
    missing = unpaged(people, story.work())
    stage.expect(not missing, f"{', '.join(missing)} did not get a page.")


def _holds_pages(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    paging = story.next_paging()
    until = paging.at + timedelta(minutes=10)
    story.submit(Snooze(at=story.now, by=BY, until=until, reason="a check of this desk"))
    story.wait_until(paging.at + MARGIN)
    early = story.work()
    stage.expect(not early, f"{len(early)} pages before {until}, such as {early[0] if early else ''}.")
    later = story.next_paging()
    story.wait_until(max(later.at, until) + MARGIN)
    story.expect(bool(story.work()), f"nobody was paged at {later.at}, when nothing held pages any more.")


def _sends_what_failed(stage: Stage) -> None:
    outage = stage.outage()
    story = Story.begin(stage)
    ahead = story.ahead()
    if not ahead or ahead[0].at > story.now + MARGIN:
        raise Untold("by its preview nobody is paged at once")
    with outage:
        if story.work():
            raise Untold("pages arrived in spite of the outage")
    retry = story.next_paging()
    story.wait_until(retry.at + MARGIN)
    is_early = len(ahead) < 2 or retry.at < ahead[1].at  # later than that, somebody would have been paged anyway
    story.expect(is_early and bool(story.work()), f"nobody was paged before {retry.at}.")


def _does_nothing_after_its_end(stage: Stage) -> None:
    story = Story.begin(stage)
    story.paged()
    paging = story.next_paging()
    for _ in range(2):
        outcome = stage.attempt("shut_down")
        stage.expect(outcome.error is None, f"{outcome}.")
    pages = story.arriving(lambda: story.wait_until(paging.at + MARGIN))
    stage.expect(not pages, f"{len(pages)} pages after its end, such as {pages[0] if pages else ''}.")


def _forgotten(stage: Stage) -> tuple[str, ...]:
    audit = stage.call("audit", grace=GRACE)
    if not isinstance(audit, Audit):
        raise Untold(f"audit gave {audit!r}, which is no Audit")
    return tuple(map(str, audit.forgotten))


def _tells_what_is_forgotten(stage: Stage) -> None:
    story = Story.begin(stage)
    story.wait(2 * GRACE)
    forgotten = _forgotten(stage)
    story.expect(forgotten == (story.id,), f"{forgotten}, where nobody had looked at {story.id} for {2 * GRACE}.")


def _forgets_nothing(stage: Stage) -> None:
    story = Story.begin(stage)
    for _ in range(MOMENTS):
        story.work()
        forgotten = _forgotten(stage)
        stage.expect(not forgotten, f"{forgotten}, where a desk has just done what was due.")
        story.wait(2 * GRACE)


CHECKS: Final[tuple[Check[Any], ...]] = (
    check(
        "pages_in_time", "People are paged on when `preview` says, and not before.", partial(_pages_on_in_time, False)
    ),
    check(
        "pages_in_time_elsewhere",
        "A desk that is begun anew on the same store pages on when the first one would have, and not before.",
        partial(_pages_on_in_time, True),
    ),
    check(
        "acknowledged_stops",
        "Whoever has acknowledged is not paged, while that stands.",
        partial(_stops_for_who_has_it, False),
    ),
    check(
        "acknowledged_stops_elsewhere",
        "Whoever has acknowledged by one desk is not paged by another.",
        partial(_stops_for_who_has_it, True),
    ),
    check("acknowledged_apart", "Whoever has one incident is paged for another.", _stops_nothing_else),
    check("resolved_stops", "Nobody is paged for what is resolved.", _stops_when_it_is_over),
    check("reopened_pages", "For what is reopened people are paged anew, as `preview` says.", _pages_anew),
    check("snoozed_holds", "Pages are held while an incident is snoozed, and no longer.", _holds_pages),
    check("page_after_outage", "A page that failed in an outage is sent soon after it.", _sends_what_failed),
    check(
        "shut_down_ends",
        "`shut_down` ends what a desk does, and does nothing the second time.",
        _does_nothing_after_its_end,
    ),
    check("audit_forgotten", "`audit` names what should have been looked at long ago.", _tells_what_is_forgotten),
    check("audit_rests", "`audit` names nothing that a desk has looked at whenever it was due.", _forgets_nothing),
)
"""The promises about what happens as time passes."""
