"""What of severity rules is of no use: rules that never decide, and thresholds that change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from incidentkit.model.vocabulary import AnyFact
from incidentkit.policy.law import Law
from incidentkit.testing.checks.breach import Breach, compared, said
from incidentkit.testing.checks.point import tried
from incidentkit.testing.checks.rule_case import RuleCase
from incidentkit.testing.checks.witness import Refuted, Side, around, thresholds_of, turns
from incidentkit.text.document import Table


def unused_rules(case: RuleCase) -> Iterator[Breach]:
    """Rules that never decide: those that cannot come true, and those before which others take everything."""
    for index, witness in enumerate(case.witnesses):
        if not isinstance(witness, Refuted):
            continue
        name, told = case.name(index), case.told(index)
        if takers := _takers(case, index, witness):
            rows = [("never decides", told), *(("taken by", case.told(each)) for each in takers)]
            names = " and ".join(map(case.name, takers))
            what = f"{name} never decides, because {names} before it take{'' if takers[1:] else 's'} everything."
            yield Breach(law=Law.UNSHADOWED, where=name, what=what, table=Table(("", "rule"), rows))
        else:
            what = f"{name} can never hold, whatever the facts are."
            yield Breach(law=Law.ALIVE, where=name, what=what, table=Table(("", "rule"), [("never holds", told)]))


def _takers(case: RuleCase, index: int, witness: Refuted) -> tuple[int, ...]:
    """As few rules before one as take everything that it could decide."""
    takers = sorted(witness.labels - {index})
    for each in [*reversed(takers)]:
        fewer = [other for other in takers if other != each]
        if isinstance(case.first(index, fewer), Refuted):
            takers = fewer
    return tuple(takers)


def idle_thresholds(case: RuleCase) -> Iterator[Breach]:
    """Thresholds that no facts pass with any effect. Those of rules that never decide anyway are not told again."""
    for fact, asking in case.asking.items():
        alive = [index for index in asking if not isinstance(case.witnesses[index], Refuted)]
        for threshold in thresholds_of(fact, [case.conditions[index] for index in alive]):
            users = [index for index in alive if threshold in thresholds_of(fact, [case.conditions[index]])]
            if _changes_nothing(case, fact, threshold, users):
                yield _idle(case, fact, threshold, users)


def _changes_nothing(case: RuleCase, fact: AnyFact, threshold: Any, users: Sequence[int]) -> bool:
    """Whether it is proven that none of the rules that ask for it ever decides on one side only, for its sake."""
    place = Law.THRESHOLDS, f"{fact.name} {said(fact, threshold)}"
    for pair in around(fact, threshold, case.chains[fact.name], [case.conditions[each] for each in users]):
        for index in (each for each in users if turns(case.conditions[each], fact, pair)):
            if _shows(case, fact, pair, index):
                return False
            sides = [Side(case.vocabulary, {fact.name: value}) for value in pair]
            for here, there in (sides, sides[::-1]):
                turned = case.questions[index].demand(there, wanted=False)
                if not isinstance(case.search(sides, [*case.decides(index, here), turned], place), Refuted):
                    return False
    return True


def _shows(case: RuleCase, fact: AnyFact, pair: tuple[Any, Any], index: int) -> bool:
    """Whether the facts by which a rule decides show it already: the short way, before anything is searched for."""
    witness = case.witnesses[index]
    if witness is None or isinstance(witness, Refuted):
        return False
    sides = [case.facts({**case.mildest, **witness, fact.name: value}) for value in pair]
    rule, condition = case.rules.rules[index], case.conditions[index]
    decided = [tried(partial(case.rules.decide, side)) is rule for side in sides]
    holds = [tried(partial(condition.walk, side)) for side in sides]
    return any(one and other is False for one, other in zip(decided, holds[::-1], strict=True))


def _idle(case: RuleCase, fact: AnyFact, threshold: Any, users: Sequence[int]) -> Breach:
    text = said(fact, threshold)
    return Breach(
        law=Law.THRESHOLDS,
        where=f"{fact.name} {text}",
        what=f"Which rule decides never depends on whether {compared(fact, threshold)}.",
        table=Table(("threshold", "rule"), [(f"{fact.name}: {text}", case.told(index)) for index in users]),
    )
