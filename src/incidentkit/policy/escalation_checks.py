"""Checks of an escalation by itself: when its levels are reached, how long its chains take, and who is paged last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final, TypeAlias

from incidentkit.model.conditions import ALWAYS, Comparison, Condition
from incidentkit.model.durations import duration_text
from incidentkit.model.facts import Clock
from incidentkit.model.vocabulary import Facts
from incidentkit.policy.escalation import EscalationPolicy
from incidentkit.policy.finding import Code, Finding
from incidentkit.policy.obligation import Attempt, Obligation
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import RecipientKind
from incidentkit.policy.situation import ACKNOWLEDGED, HAVE_IT, UNACKNOWLEDGED_FOR
from incidentkit.policy.worlds import why_never, worlds

LONGEST_CHAIN: Final = timedelta(days=1)
"""How long a chain may take until a person was paged in vain."""


def _unreachable(playbook: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    places = {level.name: place for place, level in enumerate(escalation.levels)}
    for obligation in playbook.obligations:
        is_level = obligation.level in places
        why = why_never(obligation, whose="the policy", before="it is over or held before") if is_level else None
        if why is not None:
            yield Finding(
                Code.UNREACHABLE_LEVEL,
                f"escalation.levels[{places[obligation.level]}].when",
                f"level {obligation.level!r} is reached only if somebody escalates to it: {why}",
            )


def _stopped_from_the_beginning(playbook: Playbook, escalation: EscalationPolicy) -> Iterator[Finding]:
    places = {level.name: place for place, level in enumerate(escalation.levels)}
    for obligation in playbook.obligations:
        place = places.get(obligation.level)
        if place is None or why_never(obligation, before="it is over or held before") is not None:
            continue
        asked = (obligation.applies, obligation.when, obligation.hindered)
        ways = [world for world in worlds(asked, at_first=True) or () if _is_reached(obligation, world)]
        stops = {
            f"escalation.levels[{place}].until": escalation.levels[place].until,
            "escalation.until": escalation.until,
            "escalation.held": escalation.held,
        }
        for path, stop in stops.items():
            if ways and all(stop.walk(world) is True for world in ways):
                yield Finding(
                    Code.STOPPED_FROM_THE_BEGINNING,
                    path,
                    f"nobody is paged for level {obligation.level!r} before somebody has acknowledged: {stop} is true"
                    " from the beginning",
                )
                break


def _is_reached(obligation: Obligation, world: Facts) -> bool:
    """Whether it is reached in such an incident, unless something stops it."""
    return obligation.when.walk(world) is True and obligation.applies.walk(world) is not False


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
    possible = [world for world in worlds((earlier, later, applies)) or () if applies.walk(world) is not False]
    without = any(earlier.walk(world) is True for world in possible if _nobody_has_it(world))
    return without and any(
        later.walk(world) is True and earlier.walk(world) is False for world in possible if _somebody_has_it(world)
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
"""Looks for one thing in the escalation of a playbook."""

ON_ESCALATION: Final[tuple[EscalationCheck, ...]] = (
    _unreachable,
    _stopped_from_the_beginning,
    _out_of_order,
    _brought_along,
    _expires_within_a_round,
    _no_catch_all,
    _only_on_call,
    _alike_names,
    _chain_of_days,
)
"""What is looked for in every escalation."""
