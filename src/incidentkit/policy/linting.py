"""Linting: what a playbook and its directory are allowed to say, and would not want to.

Nothing that is found here is an error, and what cannot be decided is not found: each finding can be relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import product
from math import prod
from types import NoneType
from typing import Final, TypeAlias

from attrs import evolve, frozen

from incidentkit.errors import FieldInvalid, UnknownRecipient, shown
from incidentkit.model.conditions import ALWAYS, Comparison, Condition, samples
from incidentkit.model.durations import duration_text
from incidentkit.model.facts import Clock
from incidentkit.model.identity import PersonId, moment
from incidentkit.model.lifecycle import ACTIVE, Status
from incidentkit.model.vocabulary import AnyFact, Facts, Vocabulary
from incidentkit.policy.directory import Directory
from incidentkit.policy.escalation import EscalationPolicy, Level
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.maintenance import Maintenance
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import Recipient, RecipientKind
from incidentkit.policy.schedule import LONGEST, Schedule
from incidentkit.policy.shift import Gap, Shift
from incidentkit.policy.situation import (
    ACKNOWLEDGED,
    ACKNOWLEDGEMENTS,
    HAVE_IT,
    IN_FORCE,
    OUTSTANDING,
    STATUS,
    UNACKNOWLEDGED_FOR,
    WORST,
)

MOST_WORLDS: Final = 10_000
"""Combinations of facts up to which it is decided whether a level can be reached."""

AHEAD: Final = timedelta(days=14)
"""How far schedules are looked at unless told otherwise."""

LONGEST_CHAIN: Final = timedelta(days=1)

LONGEST_MAINTENANCE: Final = timedelta(days=7)


def lint(
    playbook: Playbook, directory: Directory | None = None, *, at: datetime | None = None, ahead: timedelta = AHEAD
) -> tuple[Finding, ...]:
    """What is unwise about a playbook, and about the people it is to reach if a directory is given; sorted.

    ``at`` is the moment from which on schedules are looked at, for as long as ``ahead`` says. Without it nothing is
    said of gaps and overrides, and everybody whom a schedule names is taken to be on call at some time.

    Raises `ScheduleInvalid` for a time for which schedules do not answer, and `FieldInvalid` for another argument.
    """
    _check_arguments(playbook, directory)
    if type(ahead) is not timedelta or ahead <= timedelta():
        raise FieldInvalid("ahead", "schedules are looked at for some time ahead")
    since = None if at is None else moment("at", at)
    if since is not None:
        ahead = min(ahead, datetime.max.replace(tzinfo=UTC) - since)
    found: list[Finding] = []
    if playbook.escalation is not None:
        found += (finding for check in ON_ESCALATION for finding in check(playbook, playbook.escalation))
    if directory is not None:
        case = _Case(playbook, directory, since, ahead)
        found += (finding for check in ON_DIRECTORY for finding in check(case))
    return tuple(sorted(dict.fromkeys(found)))


def _check_arguments(playbook: object, directory: object) -> None:
    if not isinstance(playbook, Playbook):
        problem = f"a Playbook is looked at, and its Directory comes after it, not {shown(playbook)}"
        raise FieldInvalid("playbook", problem)
    if not isinstance(directory, Directory | NoneType):
        raise FieldInvalid("directory", f"a Directory is expected, not {shown(directory)}")


# What the playbook says by itself


def _unreachable(playbook: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    places = {level.name: place for place, level in enumerate(escalation.levels)}
    for obligation in playbook.obligations:
        why = _why_unreachable(obligation) if obligation.level in places else None
        if why is not None:
            yield Finding(
                Code.UNREACHABLE_LEVEL,
                f"escalation.levels[{places[obligation.level]}].when",
                f"level {obligation.level!r} is reached only if somebody escalates to it: {why}",
            )


def _why_unreachable(obligation: Obligation) -> str | None:
    """Why there can be no incident that reaches it by itself; `None` if there can, and if that is left open."""
    applies, reached, hindered = obligation.applies, obligation.when, obligation.hindered
    worlds = _worlds((applies, reached, hindered))
    if worlds is None:
        return None
    ways = [world for world in worlds if reached.walk(world) is True]
    if not ways:
        return f"there can be no incident with {reached}"
    ways = [world for world in ways if applies.walk(world) is not False]
    if not ways:
        return f"the policy applies only with {applies}, which rules out {reached}"
    return f"it is over or held before, by {hindered}" if all(hindered.walk(world) is True for world in ways) else None


def _worlds(asked: tuple[Condition, ...]) -> Iterator[Facts] | None:
    """One incident of every kind that the conditions can tell apart and that is not over; `None` if too many.

    The facts are taken to be independent of each other but for the severity, so more seems possible than is.
    """
    vocabulary = Vocabulary(STATUS, *(fact for each in asked for fact in each.mentioned))
    # Who acknowledged a level is known only of a level in force.
    known = [fact for fact in vocabulary.values() if fact not in (ACKNOWLEDGEMENTS, OUTSTANDING)]
    values = [_values(fact, asked) for fact in known]
    if prod(map(len, values)) > MOST_WORLDS:
        return None
    names = [fact.name for fact in known]
    worlds = (
        {name: value for name, value in zip(names, each, strict=True) if value is not None} for each in product(*values)
    )
    return (Facts(vocabulary, world) for world in worlds if _is_consistent(world, vocabulary))


def _values(fact: AnyFact, asked: Iterable[Condition]) -> Sequence[object]:
    """What an incident that is not over can know of a fact; `None` for nothing, which also counts: as it applies."""
    if fact == STATUS:
        return [status for status in Status if status in ACTIVE]
    always_known = fact.name in IN_FORCE
    return [*samples(fact, asked), *([] if always_known else [None])]


def _is_consistent(world: Mapping[str, object], vocabulary: Vocabulary) -> bool:
    """A severity that is certain is the worst that is possible."""
    return "severity" not in world or WORST not in vocabulary or world["severity"] == world.get(WORST)


def _out_of_order(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    if escalation.cumulative:
        return
    for place, level in enumerate(escalation.levels):
        for earlier in escalation.levels[:place]:
            if _no_later(level.when, earlier.when):
                yield Finding(
                    Code.OUT_OF_ORDER,
                    f"escalation.levels[{place}].when",
                    f"level {level.name!r} is reached no later than {earlier.name!r} before it: put levels in order,"
                    " or make them cumulative",
                )
                break


def _no_later(one: Condition, other: Condition) -> bool:
    """Whether a condition comes true no later than another, where both are a clock's or true at once."""
    if one == ALWAYS:
        return other == ALWAYS or _clock(other) is not None
    mine, theirs = _clock(one), (None, timedelta()) if other == ALWAYS else _clock(other)
    if mine is None or theirs is None or theirs[0] not in (None, mine[0]):
        return False
    return mine[1] <= theirs[1]


def _clock(condition: Condition) -> tuple[str, timedelta] | None:
    """The clock that a condition waits for, and what it has to reach."""
    match condition:
        case Comparison(fact=Clock(name=name), threshold=threshold):
            return name, threshold
        case _:
            return None


def _brought_along(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    for place, level in enumerate(escalation.levels if escalation.cumulative else ()):
        for later in escalation.levels[place + 1 :]:
            if _comes_along(level.when, later.when, escalation.applies):
                yield Finding(
                    Code.BROUGHT_ALONG,
                    f"escalation.levels[{place}].when",
                    f"level {level.name!r} is for when nobody has acknowledged, and {later.name!r} after it brings it"
                    " along though somebody has: let both ask for that, or make levels not cumulative",
                )
                break


def _comes_along(earlier: Condition, later: Condition, applies: Condition) -> bool:
    """Whether the first can come true only while nobody has acknowledged, where the other comes true all the same."""
    if not earlier.vocabulary.keys() & {ACKNOWLEDGED.name, HAVE_IT.name, UNACKNOWLEDGED_FOR.name}:
        return False
    worlds = [world for world in _worlds((earlier, later, applies)) or () if applies.walk(world) is not False]
    without = any(earlier.walk(world) is True for world in worlds if _nobody_has_it(world))
    return without and any(
        later.walk(world) is True and earlier.walk(world) is False for world in worlds if _somebody_has_it(world)
    )


def _nobody_has_it(world: Facts) -> bool:
    return world.values.get(ACKNOWLEDGED.name, False) is False and world.values.get(HAVE_IT.name, 0) == 0


def _somebody_has_it(world: Facts) -> bool:
    none, values = timedelta(), world.values
    given = values.get(ACKNOWLEDGED.name, True) is True and values.get(UNACKNOWLEDGED_FOR.name, none) == none
    return given and values.get(HAVE_IT.name, 1) != 0


def _expires_within_a_round(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    after, once = escalation.acknowledgement_expires_after, _lasts(escalation.contact.attempts)
    if after is not None and after < once:
        yield Finding(
            Code.EXPIRES_WITHIN_A_ROUND,
            "escalation.acknowledgement_expires_after",
            f"acknowledgements expire after {duration_text(after)}, and one round takes {duration_text(once)}",
        )


def _no_catch_all(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    if not escalation.catch_all:
        yield Finding(
            Code.NO_CATCH_ALL,
            "escalation.catch_all",
            "nobody is paged once everybody was paged in vain: name a catch-all",
        )


def _only_on_call(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    """The catch-all is as good as a fallback for the first level alone: later, others are paged, or have it."""
    for place, level in enumerate(escalation.levels):
        covered = escalation.fallback or (escalation.catch_all and place == 0)
        if not covered and all(each.kind is RecipientKind.ON_CALL for each in level.recipients):
            others = ", before all others were paged in vain" if escalation.catch_all else ""
            yield Finding(
                Code.ONLY_ON_CALL,
                f"escalation.levels[{place}].recipients",
                f"nobody is paged for level {level.name!r} when the on-call system does not answer{others}: name a"
                " fallback",
            )


def _alike_names(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    met: dict[str, str] = {}
    for place, level in enumerate(escalation.levels):
        first = met.setdefault(level.name.casefold(), level.name)
        if first != level.name:
            yield Finding(
                Code.ALIKE_NAMES,
                f"escalation.levels[{place}].name",
                f"level {level.name!r} is another one than {first!r}: give them names that nobody mixes up",
            )


def _chain_of_days(_: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    lasts = _lasts(escalation.contact.links)
    if lasts > LONGEST_CHAIN:
        yield Finding(
            Code.CHAIN_OF_DAYS,
            "escalation.contact",
            f"it takes {duration_text(lasts)} until a person was paged in vain: shorten waits, or have fewer rounds",
        )


def _lasts(attempts: Iterable[Attempt]) -> timedelta:
    return sum((each.wait or timedelta() for each in attempts), timedelta())


EscalationCheck: TypeAlias = Callable[[Playbook, EscalationPolicy], Iterator[Finding]]

ON_ESCALATION: Final[tuple[EscalationCheck, ...]] = (
    _unreachable,
    _out_of_order,
    _brought_along,
    _expires_within_a_round,
    _no_catch_all,
    _only_on_call,
    _alike_names,
    _chain_of_days,
)
"""What is looked for in every escalation."""


# What it says of the people of a directory


@frozen
class _Place:
    """Where a playbook names recipients, and by which chain it is to reach them; none for who only acknowledges."""

    path: str
    what: str
    recipients: tuple[Recipient, ...]
    chain: tuple[Attempt, ...]


@frozen(slots=False)
class _Case:
    """A playbook with the people it is to reach, and the time in which it is to reach them."""

    playbook: Playbook
    directory: Directory
    at: datetime | None
    ahead: timedelta

    @cached_property
    def places(self) -> tuple[_Place, ...]:
        return tuple(_places(self.playbook))

    @cached_property
    def levels(self) -> tuple[tuple[str, Level], ...]:
        """The levels with their paths."""
        escalation = self.playbook.escalation
        levels = () if escalation is None else escalation.levels
        return tuple((f"escalation.levels[{place}]", level) for place, level in enumerate(levels))

    def knows(self, recipient: Recipient) -> bool:
        return self.unknown(recipient) is None

    def unknown(self, recipient: Recipient) -> UnknownRecipient | None:
        """Why the directory does not know it; `None` if it does."""
        try:
            self.directory.check((recipient,))
        except UnknownRecipient as error:
            return error
        return None

    def people(self, recipients: Iterable[Recipient]) -> dict[PersonId, None]:
        """Everybody whom these mean now, or at some time if by a schedule."""
        return dict.fromkeys(
            person for each in recipients if self.knows(each) for people in self._groups(each) for person in people
        )

    def most(self, recipients: Sequence[Recipient]) -> int | None:
        """How many they mean at once, at the most.

        `None` if a schedule is among them and no moment is known, or an on-call system, which may name anybody.
        """
        if any(each.kind is RecipientKind.ON_CALL for each in recipients):
            return None
        known = [each for each in recipients if self.knows(each)]
        by_schedule = [each for each in known if each.kind is RecipientKind.SCHEDULE]
        if by_schedule and self.at is None:
            return None
        others = self.people(each for each in known if each.kind is not RecipientKind.SCHEDULE)
        return len(others) + sum(max(map(len, self._groups(each)), default=0) for each in by_schedule)

    def _groups(self, recipient: Recipient) -> list[tuple[PersonId, ...]]:
        """The people whom it means together; by a schedule one group after the other."""
        if recipient.kind is not RecipientKind.SCHEDULE:
            return [self.directory.find(recipient)]
        if self.at is None:
            return [(person,) for _, person in self.directory.schedules[recipient.name].mentioned()]
        return [shift.people for shift in self.shifts(recipient.name, self.at)]

    def shifts(self, schedule: str, at: datetime) -> tuple[Shift, ...]:
        return self.directory.schedules[schedule].shifts(at, at + self.ahead)

    def has_any(self, person: str, chain: Iterable[Attempt]) -> bool:
        return any(self.directory.contact(person, attempt.method) is not None for attempt in chain)


def _places(playbook: Playbook) -> Iterator[_Place]:
    escalation, response = playbook.escalation, playbook.response
    if escalation is not None:
        chain = escalation.contact.attempts
        for index, level in enumerate(escalation.levels):
            path, what = f"escalation.levels[{index}]", f"level {level.name!r}"
            yield _Place(f"{path}.recipients", what, level.recipients, chain)
            yield _Place(f"{path}.acknowledgers", f"who acknowledges {what}", level.acknowledgers, ())
        yield _Place("escalation.fallback", "the fallback", escalation.fallback, chain)
        yield _Place("escalation.catch_all", "the catch-all", escalation.catch_all, chain)
    if response is not None:
        yield _Place("response.owner", "the owner of the clocks", (response.owner,), response.reminders)


_FOUND_LATER: Final = (RecipientKind.SCHEDULE, RecipientKind.ON_CALL)
"""By whom nobody being found now says nothing."""


def _unknown_or_nobody(case: _Case) -> Iterator[Finding]:
    for place in case.places:
        for index, recipient in enumerate(place.recipients):
            path = place.path if place.path == "response.owner" else f"{place.path}[{index}]"
            unknown = case.unknown(recipient)
            if unknown is not None:
                problem = f"the directory knows no {recipient}"
                yield Finding(Code.UNKNOWN_RECIPIENT, path, ". ".join(filter(None, (problem, unknown.hint))))
            elif recipient.kind not in _FOUND_LATER and not case.people([recipient]):
                yield Finding(Code.NOBODY, path, f"{recipient} means nobody now: {place.what}")


def _no_method(case: _Case) -> Iterator[Finding]:
    missed: dict[PersonId, dict[str, None]] = {}
    for place in case.places:
        for person in case.people(place.recipients) if place.chain else ():
            if not case.has_any(person, place.chain):
                missed.setdefault(person, {})[place.what] = None
    for person, whats in missed.items():
        yield Finding(
            Code.NO_METHOD,
            f"people.{person}.contacts",
            f"{person} cannot be reached by any method of the chain: {', '.join(whats)}",
        )


def _quorum(case: _Case) -> Iterator[Finding]:
    for path, level in case.levels:
        most = case.most(level.acknowledgers or level.recipients)
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


def _nobody_to_acknowledge(case: _Case) -> Iterator[Finding]:
    others = {OUTSTANDING.name, HAVE_IT.name, ACKNOWLEDGED.name, UNACKNOWLEDGED_FOR.name}
    for path, level in case.levels:
        asks = max(_acknowledgements(level.until), default=0) > 0 and not level.until.vocabulary.keys() & others
        if asks and level.acknowledgers and case.most(level.acknowledgers) == 0:
            who = ", ".join(map(str, level.acknowledgers))
            yield Finding(
                Code.NOBODY_TO_ACKNOWLEDGE,
                f"{path}.acknowledgers",
                f"no acknowledgement ends level {level.name!r} as long as {who} means nobody",
            )


def _everybody_of_nobody(case: _Case) -> Iterator[Finding]:
    escalation = case.playbook.escalation
    fallback = () if escalation is None else escalation.fallback
    for path, level in case.levels:
        asked = level.acknowledgers or (*level.recipients, *fallback)
        if OUTSTANDING.name in level.until.vocabulary and _ends_at_once(level.until) and case.most(asked) == 0:
            yield Finding(
                Code.EVERYBODY_OF_NOBODY,
                f"{path}.until",
                f"level {level.name!r} asks everybody to acknowledge, and nobody is found: it ends at once",
            )


def _ends_at_once(until: Condition) -> bool:
    """Whether it is true of a level that has nobody."""
    return until.walk(Facts(until.vocabulary, {OUTSTANDING.name: 0, ACKNOWLEDGEMENTS.name: 0})) is True


def _catch_all_paged_before(case: _Case) -> Iterator[Finding]:
    escalation = case.playbook.escalation
    last = {} if escalation is None else case.people(escalation.catch_all)
    on_levels = case.people(each for _, level in case.levels for each in level.recipients)
    if last and last.keys() <= on_levels.keys():
        yield Finding(
            Code.CATCH_ALL_PAGED_BEFORE,
            "escalation.catch_all",
            f"everybody of the catch-all is on a level and was paged in vain before: {', '.join(last)}",
        )


def _on_two_levels(case: _Case) -> Iterator[Finding]:
    on: dict[PersonId, list[tuple[str, str]]] = {}
    for path, level in case.levels:
        for person in case.people(level.recipients):
            on.setdefault(person, []).append((path, level.name))
    for person, places in on.items():
        if len(places) > 1:
            names = ", ".join(repr(name) for _, name in places)
            yield Finding(Code.ON_TWO_LEVELS, f"{places[-1][0]}.recipients", f"{person} is on several levels: {names}")


def _notices(case: _Case) -> Iterator[Finding]:
    escalation = case.playbook.escalation
    if escalation is None:
        return
    paged = case.people(each for place in case.places if place.path != "response.owner" for each in place.recipients)
    if case.playbook.asks:  # an on-call system may name anybody
        paged = {person.id: None for person in case.directory.people.values()}
    for name in ("hand_over", "raise_notice", "stand_down"):
        attempts: tuple[Attempt, ...] = getattr(escalation, name)
        if attempts and paged and not any(case.has_any(person, attempts) for person in paged):
            methods = ", ".join(dict.fromkeys(attempt.method for attempt in attempts))
            yield Finding(Code.NOTICE_REACHES_NOBODY, f"escalation.{name}", f"nobody who can be paged has {methods}")


def _methods(case: _Case) -> Iterator[Finding]:
    owners: dict[str, list[str]] = {}
    for person in case.directory.people.values():
        for method in person.contacts:
            owners.setdefault(method, []).append(person.id)
    for method, path in _uses(case.playbook).items():
        if method not in owners:
            yield Finding(Code.METHOD_OF_NOBODY, path, f"nobody has {method}")
    for method, people in owners.items():
        if method not in case.playbook.methods:
            number = "1 person has" if len(people) == 1 else f"{len(people)} people have"
            yield Finding(
                Code.UNUSED_METHOD, f"people.{people[0]}.contacts", f"{number} {method}, and the playbook never uses it"
            )


def _uses(playbook: Playbook) -> dict[str, str]:
    """Every method that the playbook uses, with where it first does."""
    escalation, response, uses = playbook.escalation, playbook.response, dict[str, str]()
    rows: dict[str, tuple[Attempt, ...]] = {}
    if escalation is not None:
        rows["escalation.contact.attempts"] = escalation.contact.attempts
        rows["escalation.hand_over"] = escalation.hand_over
        rows["escalation.raise_notice"] = escalation.raise_notice
        rows["escalation.stand_down"] = escalation.stand_down
    if response is not None:
        rows["response.reminders"] = response.reminders
    for path, attempts in rows.items():
        for index, attempt in enumerate(attempts):
            uses.setdefault(attempt.method, f"{path}[{index}]")
    return uses


def _schedules(case: _Case) -> Iterator[tuple[str, Schedule, datetime]]:
    """The schedules that the playbook names, and the moment from which on to look at them; none without a moment."""
    named = dict.fromkeys(each for place in case.places for each in place.recipients)
    for recipient in named:
        if case.at is not None and recipient.kind is RecipientKind.SCHEDULE and case.knows(recipient):
            yield recipient.name, case.directory.schedules[recipient.name], case.at


def _gaps(case: _Case) -> Iterator[Finding]:
    for name, schedule, at in _schedules(case):
        alike: dict[timedelta, list[Gap]] = {}
        for gap in schedule.gaps(at, at + case.ahead):
            alike.setdefault(gap.end - gap.start, []).append(gap)
        for length, (first, *others) in alike.items():
            since, lasts = _minute(first.start), duration_text(length)
            number = "1 more gap" if len(others) == 1 else f"{len(others)} more gaps"
            more = f", and in {number} of that length until {_minute(others[-1].end)}" if others else ""
            yield Finding(Code.GAP, f"schedules.{name}", f"from {since} nobody is on call for {lasts}{more}")


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%MZ}"


def _idle_overrides(case: _Case) -> Iterator[Finding]:
    for name, schedule, at in _schedules(case):
        for index, each in enumerate(schedule.overrides):
            if each.start < at + case.ahead and at < each.end <= at + LONGEST and _is_idle(schedule, index, at):
                yield Finding(
                    Code.IDLE_OVERRIDE,
                    f"schedules.{name}.overrides[{index}]",
                    f"the override of {each.person} from {_minute(each.start)} until {_minute(each.end)} changes"
                    " nothing: are its times and its people right?",
                )


def _is_idle(schedule: Schedule, index: int, at: datetime) -> bool:
    """Whether the same people are on call without that override, from the moment on."""
    override = schedule.overrides[index]
    without = evolve(schedule, overrides=(*schedule.overrides[:index], *schedule.overrides[index + 1 :]))
    span = max(override.start, at), override.end
    return without.shifts(*span) == schedule.shifts(*span)


def _windows(case: _Case) -> Iterator[tuple[str, Maintenance]]:
    """The maintenance that is not over at the moment from which on to look, with its path."""
    for index, each in enumerate(case.directory.maintenance):
        if case.at is None or case.at < each.ends:
            yield f"maintenance[{index}]", each


def _unknown_severity(case: _Case) -> Iterator[Finding]:
    known = [each.key for each in case.playbook.scheme]
    for path, window in _windows(case):
        for index, key in enumerate(window.severities):
            if key not in known:
                message = f"the playbook has no severity {key!r}; there are {', '.join(known)}"
                yield Finding(Code.UNKNOWN_SEVERITY, f"{path}.severities[{index}]", message)


def _long_maintenance(case: _Case) -> Iterator[Finding]:
    for path, window in _windows(case):
        lasts = window.ends - window.starts
        if lasts > LONGEST_MAINTENANCE:
            message = f"pages are held for {duration_text(lasts)}: end it sooner"
            yield Finding(Code.LONG_MAINTENANCE, f"{path}.ends", message)


def _worst_held(case: _Case) -> Iterator[Finding]:
    worst = max(case.playbook.scheme).key
    for path, window in _windows(case):
        if worst in window.severities:
            message = f"nobody is paged for {worst}, the worst severity there is: is that meant?"
            yield Finding(Code.WORST_HELD, f"{path}.severities[{window.severities.index(worst)}]", message)


ON_DIRECTORY: Final[tuple[Callable[[_Case], Iterator[Finding]], ...]] = (
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
