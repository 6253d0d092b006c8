"""Checks of a playbook with its people: recipients, contact methods, acknowledgements, schedules and maintenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from attrs import evolve

from incidentkit.model.conditions import Comparison, Condition
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import PersonId
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import RecipientKind
from incidentkit.policy.schedule import LONGEST, Schedule
from incidentkit.policy.shift import Gap
from incidentkit.policy.situation import ACKNOWLEDGED, ACKNOWLEDGEMENTS, HAVE_IT, OUTSTANDING, UNACKNOWLEDGED_FOR
from incidentkit.policy.staffing import Staffing

LONGEST_MAINTENANCE: Final = timedelta(days=7)
"""For how long a window of maintenance may hold pages."""

_FOUND_LATER: Final = (RecipientKind.SCHEDULE, RecipientKind.ON_CALL)
"""By whom nobody being found now says nothing."""


def _unknown_or_nobody(staffing: Staffing) -> Iterator[Finding]:
    for place in staffing.places:
        for index, recipient in enumerate(place.recipients):
            unknown = staffing.unknown(recipient)
            if unknown is not None:
                problem = f"the directory knows no {recipient}"
                yield Finding(Code.UNKNOWN_RECIPIENT, place.of(index), ". ".join(filter(None, (problem, unknown.hint))))
            elif recipient.kind not in _FOUND_LATER and not staffing.people([recipient]):
                yield Finding(Code.NOBODY, place.of(index), f"{recipient} means nobody now: {place.what}")


def _no_method(staffing: Staffing) -> Iterator[Finding]:
    missed: dict[PersonId, dict[str, None]] = {}
    for place in staffing.places:
        for person in staffing.people(place.recipients) if place.chain else ():
            if not staffing.has_any(person, place.chain):
                missed.setdefault(person, {})[place.what] = None
    for person, whats in missed.items():
        yield Finding(
            Code.NO_METHOD,
            f"people.{person}.contacts",
            f"{person} cannot be reached by any method of the chain: {', '.join(whats)}",
        )


def _quorum(staffing: Staffing) -> Iterator[Finding]:
    for path, level in staffing.levels:
        most = staffing.most(level.acknowledgers or level.recipients)
        wanted = max(_acknowledgements(level.until), default=0)
        if most is not None and 0 < most < wanted:
            number = "1 person" if most == 1 else f"{most} people"
            stays = "who can give one" if level.acknowledgers else "on it: it goes on until others give theirs"
            yield Finding(
                Code.QUORUM_TOO_LARGE,
                f"{path}.until",
                f"level {level.name!r} asks for {wanted} acknowledgements, with {number} {stays}",
            )


def _acknowledgements(until: Condition) -> Iterator[int]:
    for leaf in until.leaves:
        match leaf:
            case Comparison(fact=fact, operator=">=" | "==", threshold=count) if fact == ACKNOWLEDGEMENTS:
                yield count
            case Comparison(fact=fact, operator=">", threshold=count) if fact == ACKNOWLEDGEMENTS:
                yield count + 1
            case _:
                pass


def _nobody_to_acknowledge(staffing: Staffing) -> Iterator[Finding]:
    others = {OUTSTANDING.name, HAVE_IT.name, ACKNOWLEDGED.name, UNACKNOWLEDGED_FOR.name}
    for path, level in staffing.levels:
        asks = max(_acknowledgements(level.until), default=0) > 0 and not level.until.vocabulary.keys() & others
        if asks and level.acknowledgers and staffing.most(level.acknowledgers) == 0:
            who = ", ".join(map(str, level.acknowledgers))
            yield Finding(
                Code.NOBODY_TO_ACKNOWLEDGE,
                f"{path}.acknowledgers",
                f"no acknowledgement ends level {level.name!r} as long as {who} means nobody",
            )


def _everybody_of_nobody(staffing: Staffing) -> Iterator[Finding]:
    escalation = staffing.playbook.escalation
    fallback = () if escalation is None else escalation.fallback
    for path, level in staffing.levels:
        asked = level.acknowledgers or (*level.recipients, *fallback)
        if OUTSTANDING.name in level.until.vocabulary and _ends_at_once(level.until) and staffing.most(asked) == 0:
            yield Finding(
                Code.EVERYBODY_OF_NOBODY,
                f"{path}.until",
                f"level {level.name!r} asks everybody to acknowledge, and nobody is found who could",
            )


def _ends_at_once(until: Condition) -> bool:
    """Whether it is true of a level that has nobody."""
    return until.walk(Facts(until.vocabulary, {OUTSTANDING.name: 0, ACKNOWLEDGEMENTS.name: 0})) is True


def _catch_all_paged_before(staffing: Staffing) -> Iterator[Finding]:
    escalation = staffing.playbook.escalation
    if escalation is None:
        return
    on_levels = [each for level in escalation.levels for each in level.recipients]
    rows = [*staffing.together(escalation.catch_all, on_levels)]
    if any(last for last, _ in rows) and all(last <= paged for last, paged in rows):
        people = ", ".join(staffing.people(escalation.catch_all))
        yield Finding(
            Code.CATCH_ALL_PAGED_BEFORE,
            "escalation.catch_all",
            f"everybody of the catch-all is on a level and was paged in vain before: {people}",
        )


def _on_two_levels(staffing: Staffing) -> Iterator[Finding]:
    several: dict[PersonId, set[int]] = {}
    for row in staffing.together(*(level.recipients for _, level in staffing.levels)):
        for person, count in Counter(who for people in row for who in people).items():
            if count > 1:
                several.setdefault(person, set()).update(place for place, people in enumerate(row) if person in people)
    for person, places in several.items():
        names = ", ".join(repr(staffing.levels[place][1].name) for place in sorted(places))
        path = f"{staffing.levels[max(places)][0]}.recipients"
        yield Finding(Code.ON_TWO_LEVELS, path, f"{person} is on several levels: {names}")


def _notices(staffing: Staffing) -> Iterator[Finding]:
    escalation = staffing.playbook.escalation
    if escalation is None:
        return
    paged = staffing.people(
        each for place in staffing.places if place.path.startswith("escalation.") for each in place.recipients
    )
    if staffing.playbook.asks:  # an on-call system may name anybody
        paged = {person.id: None for person in staffing.directory.people.values()}
    for name in ("hand_over", "raise_notice", "stand_down"):
        attempts: tuple[Attempt, ...] = getattr(escalation, name)
        if attempts and paged and not any(staffing.has_any(person, attempts) for person in paged):
            methods = ", ".join(dict.fromkeys(attempt.method for attempt in attempts))
            yield Finding(Code.NOTICE_REACHES_NOBODY, f"escalation.{name}", f"nobody who can be paged has {methods}")


def _methods(staffing: Staffing) -> Iterator[Finding]:
    owners: dict[str, list[str]] = {}
    for person in staffing.directory.people.values():
        for method in person.contacts:
            owners.setdefault(method, []).append(person.id)
    for method, path in _uses(staffing.playbook).items():
        if method not in owners:
            yield Finding(Code.METHOD_OF_NOBODY, path, f"nobody has {method}")
    for method, people in owners.items():
        if method not in staffing.playbook.methods:
            number = "1 person has" if len(people) == 1 else f"{len(people)} people have"
            yield Finding(
                Code.UNUSED_METHOD, f"people.{people[0]}.contacts", f"{number} {method}, and the playbook never uses it"
            )


def _uses(playbook: Playbook) -> dict[str, str]:
    """Every method that the playbook uses, with where it first does."""
    uses = dict[str, str]()
    for path, attempts in _rows(playbook):
        for index, attempt in enumerate(attempts):
            uses.setdefault(attempt.method, f"{path}[{index}]")
    return uses


def _rows(playbook: Playbook) -> Iterator[tuple[str, Iterable[Attempt]]]:
    """Every list of contact methods, with its place."""
    escalation, communication, response = playbook.escalation, playbook.communication, playbook.response
    if escalation is not None:
        yield "escalation.contact.attempts", escalation.contact.attempts
        yield "escalation.hand_over", escalation.hand_over
        yield "escalation.raise_notice", escalation.raise_notice
        yield "escalation.stand_down", escalation.stand_down
    if communication is not None:
        yield "communication.notice", communication.notice
        yield "communication.reminders", map(Attempt, communication.reminders)
    if response is not None:
        yield "response.reminders", response.reminders
    for index, checklist in enumerate(playbook.checklists):
        yield f"checklists[{index}].reminders", checklist.reminders
    if playbook.review is not None:
        yield "review.reminders", playbook.review.reminders
    if playbook.preservation is not None:
        yield "preservation.notice", playbook.preservation.notice
    for index, runbook in enumerate(playbook.runbooks):
        yield f"runbooks[{index}].notice", runbook.notice


def _schedules(staffing: Staffing) -> Iterator[tuple[str, Schedule, datetime]]:
    """The schedules that the playbook names, and the moment from which on to look at them; none without a moment."""
    named = dict.fromkeys(each for place in staffing.places for each in place.recipients)
    for recipient in named:
        if staffing.at is not None and recipient.kind is RecipientKind.SCHEDULE and staffing.knows(recipient):
            yield recipient.name, staffing.directory.schedules[recipient.name], staffing.at


def _gaps(staffing: Staffing) -> Iterator[Finding]:
    for name, schedule, at in _schedules(staffing):
        alike: dict[timedelta, list[Gap]] = {}
        for gap in schedule.gaps(at, at + staffing.ahead):
            alike.setdefault(gap.end - gap.start, []).append(gap)
        for length, (first, *others) in alike.items():
            since, lasts = _minute(first.start), duration_text(length)
            number = "1 more gap" if len(others) == 1 else f"{len(others)} more gaps"
            more = f", and in {number} of that length until {_minute(others[-1].end)}" if others else ""
            yield Finding(Code.GAP, f"schedules.{name}", f"from {since} nobody is on call for {lasts}{more}")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"


def _idle_overrides(staffing: Staffing) -> Iterator[Finding]:
    for name, schedule, at in _schedules(staffing):
        for index, each in enumerate(schedule.overrides):
            if each.start < at + staffing.ahead and at < each.end <= at + LONGEST and is_idle(schedule, index, at):
                yield Finding(
                    Code.IDLE_OVERRIDE,
                    f"schedules.{name}.overrides[{index}]",
                    f"the override of {each.person} from {_minute(each.start)} until {_minute(each.end)} changes"
                    " nothing: are its times and its people right?",
                )


def is_idle(schedule: Schedule, index: int, at: datetime) -> bool:
    """Whether the same people are on call without that override, from the moment on."""
    override = schedule.overrides[index]
    without = evolve(schedule, overrides=(*schedule.overrides[:index], *schedule.overrides[index + 1 :]))
    span = max(override.start, at), override.end
    return without.shifts(*span) == schedule.shifts(*span)


def _windows(staffing: Staffing) -> Iterator[tuple[str, Maintenance]]:
    """The maintenance that is not over at the moment from which on to look, with its path."""
    for index, each in enumerate(staffing.directory.maintenance):
        if staffing.at is None or staffing.at < each.ends:
            yield f"maintenance[{index}]", each


def _unknown_severity(staffing: Staffing) -> Iterator[Finding]:
    known = [each.key for each in staffing.playbook.scheme]
    for path, window in _windows(staffing):
        for index, key in enumerate(window.severities):
            if key not in known:
                message = f"the playbook has no severity {key!r}; there are {', '.join(known)}"
                yield Finding(Code.UNKNOWN_SEVERITY, f"{path}.severities[{index}]", message)


def _long_maintenance(staffing: Staffing) -> Iterator[Finding]:
    for path, window in _windows(staffing):
        lasts = window.ends - window.starts
        if lasts > LONGEST_MAINTENANCE:
            message = f"pages are held for {duration_text(lasts)}: end it sooner"
            yield Finding(Code.LONG_MAINTENANCE, f"{path}.ends", message)


def _worst_held(staffing: Staffing) -> Iterator[Finding]:
    worst = max(staffing.playbook.scheme).key
    for path, window in _windows(staffing):
        if worst in window.severities:
            message = f"nobody is paged for {worst}, the worst severity there is: is that meant?"
            yield Finding(Code.WORST_HELD, f"{path}.severities[{window.severities.index(worst)}]", message)


DirectoryCheck: TypeAlias = Callable[[Staffing], Iterator[Finding]]
"""Looks for one thing in a playbook with its people."""

ON_DIRECTORY: Final[tuple[DirectoryCheck, ...]] = (
    _unknown_or_nobody,
    _no_method,
    _quorum,
    _nobody_to_acknowledge,
    _everybody_of_nobody,
    _catch_all_paged_before,
    _on_two_levels,
    _notices,
    _methods,
    _gaps,
    _idle_overrides,
    _unknown_severity,
    _long_maintenance,
    _worst_held,
)
"""What is looked for in a playbook with its directory."""
