"""Which rules ever decide, which thresholds ever matter, and where only the order of two rules does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import Any, Final

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.finding import IdleThreshold, NeverTrue, Overlap, Shadowed, Undecided, reproduced
from incidentkit.analysis.translation import thresholds
from incidentkit.analysis.ways import Way, Ways
from incidentkit.model.conditions import Answer
from incidentkit.model.facts import Choice, Clock
from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law

MOST_OVERLAPS: Final = 50
"""Overlaps that are looked for: of a thousand rules nearly all overlap."""


def unused_rules(ways: Ways) -> Iterator[NeverTrue | Shadowed | Undecided]:
    """Rules that are never true, and rules before which others take everything."""
    solver = ways.solver
    for place, (way, none_before) in enumerate(zip(ways.ways, ways.reached, strict=True)):
        decides = solver.can_hold(way.open, none_before)
        if decides is True:
            continue
        holds = solver.can_hold(way.open)
        if decides is None or holds is None:
            law = Law.UNSHADOWED if holds else Law.ALIVE
            yield Undecided(law=law, what=f"whether rule {place + 1} ever {'decides' if holds else 'is true'}")
        elif holds:
            yield _shadowed(ways, place)
        else:
            yield NeverTrue(place=place + 1, rule=_rule(way))


def _shadowed(ways: Ways, place: int) -> Shadowed | Undecided:
    """The rules that take everything of the one at this place, and a case of it."""
    solver = ways.solver
    way, before = ways.ways[place], ways.ways[:place]
    takers = solver.conflict([way.open], [solver.opposite(each.open) for each in before])
    if takers is None or not solver.can_hold(way.open):
        return Undecided(law=Law.UNSHADOWED, what=f"which rules take all of rule {place + 1}")
    case, rule = ways.case(), _rule(way)
    reproduced(rule.condition.walk(case.facts) is True and case.taken(ways.subject) is not rule)
    by = {taker + 1: _rule(before[taker]) for taker in takers}
    return Shadowed(place=place + 1, rule=rule, by=by, facts=case.facts)


def idle_thresholds(ways: Ways, alive: Set[int]) -> Iterator[IdleThreshold | Undecided]:
    """Thresholds on both sides of which the same rule decides, whatever else is so; those of rules that decide."""
    using: dict[str, dict[Any, list[int]]] = {}
    for place in sorted(alive):
        for name, cuts in thresholds([_rule(ways.ways[place]).condition]).items():
            for cut in cuts:
                using.setdefault(name, {}).setdefault(cut, []).append(place)
    for name, users in using.items():
        domain = ways.world.domains[name]
        for cut in sorted(users, key=domain.values.index):
            answer = _is_passed(ways, domain, cut, users[cut])
            if answer is None:
                yield Undecided(law=Law.THRESHOLDS, what=f"whether it matters how {name} stands to {cut}")
            elif not answer:
                yield IdleThreshold(fact=domain.fact, threshold=cut)


def _around(domain: Domain, threshold: Any) -> Iterator[tuple[int, int]]:
    """The places of values between which the threshold lies: it is passed from the one to the other."""
    place = domain.values.index(threshold)
    if isinstance(domain.fact, Choice):
        yield from ((place, other) for other in range(len(domain.values)) if other != place)
        return
    if place:
        yield place - 1, place
    if place < len(domain.steps) and not isinstance(domain.fact, Clock):
        yield place, place + 1


def _is_passed(ways: Ways, domain: Domain, threshold: Any, users: Sequence[int]) -> Answer:
    """Whether one of the rules ever decides on one side of a threshold and is not true on the other."""
    gave_up = False
    for places in _around(domain, threshold):
        for here, there in (places, places[::-1]):
            elsewhere = ways.world.translation.with_value(domain.fact.name, domain.values[there])
            for user in users:
                turned = elsewhere.of(_rule(ways.ways[user]).condition).false
                decides = ways.ways[user].open, ways.reached[user]
                answer = ways.solver.can_hold(*decides, *domain.bounds(here, here), ways.solver.named(turned))
                if answer:
                    return True
                gave_up = gave_up or answer is None
    return None if gave_up else False


def overlaps(ways: Ways, most: int = MOST_OVERLAPS) -> Iterator[Overlap]:
    """Pairs of rules of which the first decides and the second, which gives another severity, holds too.

    One case of each. Those in which the milder rule decides come first: the others are what an order is for.
    """
    found: list[Overlap] = []
    for is_milder in (True, False):
        for place in range(len(ways.ways) - 1):
            if len(found) < most:
                found += islice(_taken_from(ways, place, is_milder=is_milder), most - len(found))
    return iter(found)


def _taken_from(ways: Ways, place: int, *, is_milder: bool) -> Iterator[Overlap]:
    """Each rule that decides where the one at this place holds too, if it is milder than that, or if it is worse."""
    solver, rule = ways.solver, _rule(ways.ways[place])
    others = [
        (_rule(way), ways.decides(number))
        for number, way in enumerate(ways.ways[:place])
        if _rule(way).severity != rule.severity and (_rule(way).severity < rule.severity) is is_milder
    ]
    while others and solver.can_hold(ways.ways[place].open, solver.named(solver.any_of(each for _, each in others))):
        case = ways.case()
        first = case.taken(ways.subject)
        assert isinstance(first, Rule)
        before = next(number for number, way in enumerate(ways.ways) if way.end is first)
        reproduced(rule.condition.walk(case.facts) is True and (first.severity < rule.severity) is is_milder)
        yield Overlap(places=(before + 1, place + 1), rules=(first, rule), facts=case.facts)
        others = [(each, formula) for each, formula in others if each is not first]


def _rule(way: Way) -> Rule[Any]:
    assert isinstance(way.end, Rule)
    return way.end
