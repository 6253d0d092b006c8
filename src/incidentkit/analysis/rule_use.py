"""Which rules ever decide, which thresholds ever matter, and where only the order of two rules does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import islice
from typing import Any, Final

from incidentkit.analysis.domain import Domain
from incidentkit.analysis.finding import IdleThreshold, NeverTrue, Overlap, Shadowed, Undecided, reproduced
from incidentkit.analysis.translation import thresholds
from incidentkit.analysis.trial import Trials
from incidentkit.analysis.ways import End, Way, Ways
from incidentkit.model.conditions import Answer
from incidentkit.model.crossing import crossings
from incidentkit.model.severity import Severity
from incidentkit.model.triage import Rule
from incidentkit.policy.law import Law

MOST_OVERLAPS: Final = 50
"""Overlaps that are looked for: of a thousand rules nearly all overlap."""


def unused_rules(ways: Ways, trials: Trials) -> Iterator[NeverTrue | Shadowed | Undecided]:
    """Rules that are never true, and rules before which others take everything."""
    solver = ways.solver
    for place, (way, none_before) in enumerate(zip(ways.ways, ways.reached, strict=True)):
        if trials.decides(place):
            continue
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
    takers = solver.conflict([way.open], [each.closed for each in before])
    if takers is None or not solver.can_hold(way.open):
        return Undecided(law=Law.UNSHADOWED, what=f"which rules take all of rule {place + 1}")
    case, rule = ways.case(), _rule(way)
    reproduced(rule.condition.walk(case.facts) is True and case.taken(ways.subject) is not rule)
    by = {taker + 1: _rule(before[taker]) for taker in takers}
    return Shadowed(place=place + 1, rule=rule, by=by, facts=case.facts)


def idle_thresholds(ways: Ways, trials: Trials, alive: Set[int]) -> Iterator[IdleThreshold | Undecided]:
    """Thresholds on both sides of which the same rule decides, whatever else is so; those of rules that decide."""
    using: dict[str, dict[Any, list[int]]] = {}
    for place in sorted(alive):
        for name, cuts in thresholds([_rule(ways.ways[place]).condition]).items():
            for cut in cuts:
                using.setdefault(name, {}).setdefault(cut, []).append(place)
    for name, users in using.items():
        domain = ways.world.domains[name]
        for cut in sorted(users, key=domain.values.index):
            around = _around(ways, domain, cut, users[cut])
            answer = _is_shown(trials, domain, around, users[cut]) or _is_passed(ways, domain, around, users[cut])
            if answer is None:
                yield Undecided(law=Law.THRESHOLDS, what=f"whether it matters how {name} stands to {cut}")
            elif not answer:
                yield IdleThreshold(fact=domain.fact, threshold=cut)


def _around(ways: Ways, domain: Domain, threshold: Any, users: Sequence[int]) -> list[tuple[int, int]]:
    """The places of values between which a comparison of the rules with the threshold turns."""
    fact, values = domain.fact, domain.values
    leaves = (leaf for user in users for leaf in _rule(ways.ways[user]).condition.leaves)
    pairs = (
        (values.index(here), values.index(there))
        for leaf in leaves
        if threshold in thresholds([leaf]).get(fact.name, ())
        for here, there in crossings(leaf, fact, threshold, values)
    )
    return [*dict.fromkeys(pairs)]


def _is_shown(trials: Trials, domain: Domain, around: Sequence[tuple[int, int]], users: Sequence[int]) -> bool:
    """Whether a trial shows what `_is_passed` asks."""
    return any(
        trials.turns(user, domain.fact.name, domain.values[here], domain.values[there])
        for places in around
        for here, there in (places, places[::-1])
        for user in users
    )


def _is_passed(ways: Ways, domain: Domain, around: Sequence[tuple[int, int]], users: Sequence[int]) -> Answer:
    """Whether one of the rules ever decides on one side of a threshold and is not true on the other."""
    gave_up = False
    for places in around:
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
        for severity in dict.fromkeys(_rule(way).severity for way in ways.ways):
            if len(found) < most:
                found += islice(_taken_from(ways, severity, is_milder=is_milder), most - len(found))
    return iter(found)


def _taken_from(ways: Ways, severity: Severity[Any], *, is_milder: bool) -> Iterator[Overlap]:
    """Each pair of which the second gives this severity, and the first a milder one, or a worse one."""
    solver = ways.solver
    places = [place for place, way in enumerate(ways.ways[:-1]) if _rule(way).severity == severity]
    decided = solver.named(ways.where(lambda end: _is_on_side(end, severity, is_milder=is_milder)))
    if not solver.can_hold(decided, solver.named(solver.any_of(ways.ways[place].open for place in places))):
        return
    for place in places:
        assumed = [ways.ways[place].open, decided]
        while solver.can_hold(*assumed):
            overlap = _overlap(ways, place)
            reproduced(overlap.is_milder is is_milder and _rule(ways.ways[place]).condition.walk(overlap.facts) is True)
            yield overlap
            assumed.append(solver.opposite(solver.named(ways.decides(overlap.places[0] - 1))))


def _is_on_side(end: End, severity: Severity[Any], *, is_milder: bool) -> bool:
    """Whether a rule gives a milder severity than this, or a worse one."""
    assert isinstance(end, Rule)
    return bool(end.severity < severity if is_milder else end.severity > severity)


def _overlap(ways: Ways, place: int) -> Overlap:
    """What the solver found last: some rule decides, though the one at this place holds too."""
    case = ways.case()
    first = case.taken(ways.subject)
    assert isinstance(first, Rule)
    before = next(number for number, way in enumerate(ways.ways) if way.end is first)
    return Overlap(places=(before + 1, place + 1), rules=(first, _rule(ways.ways[place])), facts=case.facts)


def _rule(way: Way) -> Rule[Any]:
    assert isinstance(way.end, Rule)
    return way.end
