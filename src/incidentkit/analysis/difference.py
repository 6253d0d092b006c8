"""What is decided otherwise by another version of rules or of a tree: for which facts, and by what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any, Final, Generic, TypeVar, cast, overload

from attrs import evolve, frozen

from incidentkit.analysis.allowance import Allowance, allowances
from incidentkit.analysis.finding import end_words, reproduced, told
from incidentkit.analysis.proof import name_of
from incidentkit.analysis.region import Atlas, Region
from incidentkit.analysis.solver import LIMIT, Formula, Solver
from incidentkit.analysis.translation import World
from incidentkit.analysis.ways import (
    Case,
    Decider,
    End,
    asked_on,
    conditions_of,
    is_open,
    replies_to,
    unsure_of,
    ways_in,
)
from incidentkit.errors import RulesInvalid
from incidentkit.model.conditions import Answer
from incidentkit.model.triage import Rule
from incidentkit.model.vocabulary import AnyFact
from incidentkit.policy.question import Walk
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table, Text
from incidentkit.text.plain import EASILY_READ, to_plain

MOST_GROUPS: Final = 100
"""Pairs of rules, or of ways through a tree, that are told."""


E = TypeVar("E", bound=End, covariant=True)


@frozen(kw_only=True)
class Redecided(Generic[E]):
    """Facts that one rule decided before and another one, which says something else, decides now.

    A walk that is still open stops at a question that does not offer what people answer in the other version.
    """

    before: E
    after: E
    case: Case
    """One of the cases."""
    region: Region
    """All of them; for a tree, those in which people answer as in the case."""

    @property
    def is_worse(self) -> bool | None:
        """Whether a worse severity is given now; `None` if the two have no order."""
        old, new = cast(End, self.before), cast(End, self.after)
        if not isinstance(old, Rule) or not isinstance(new, Rule) or old.severity not in new.severity.scheme:
            return None
        return bool(new.severity > old.severity)

    @property
    def witness(self) -> str:
        """The case, as far as the region asks for it."""
        asked = self.region.condition.vocabulary.values()
        return told(self.case.facts, asked, self.case.said)


@frozen(kw_only=True)
class DecisionDiff(Generic[E]):
    """What two versions decide differently, or only one of them can; false if that is nothing; printed, a text."""

    before: str
    """What the one is about, in a few words."""
    after: str
    """And the other."""
    groups: tuple[Redecided[E], ...]
    """Facts that are decided otherwise, by what decided them before and decides them now."""
    is_all: bool
    """Whether there are no others: at most 100 groups are told, and a solver may give up."""
    added: tuple[AnyFact, ...]
    """Facts that only the other knows."""
    removed: tuple[AnyFact, ...]
    """Facts that only the one knows."""
    redefined: tuple[AnyFact, ...]
    """Facts that the two define differently, as the other does: values that both allow are compared."""
    allowances: tuple[Allowance, ...]
    """Values of those facts that only one of the two allows, so that there is nothing to compare."""

    @property
    def equivalent(self) -> Answer:
        """Whether both allow the same and decide it alike; `None` if the solver gave up before it found otherwise."""
        return False if self else True if self.is_all else None

    def __bool__(self) -> bool:
        return bool(self.groups or self.allowances)

    def to_table(self) -> Table:
        """A line for each group."""
        rows = [(end_words(each.before), end_words(each.after), str(each.region), each.witness) for each in self.groups]
        return Table(("was", "is now", "where", "such as"), rows)

    def to_document(self) -> Document:
        """For people."""
        return Document(self._blocks())

    def __str__(self) -> str:
        return to_plain(self.to_document(), width=EASILY_READ)

    def _blocks(self) -> Iterator[Block]:
        yield Heading(f"From {self.before} to {self.after}", level=1)
        if self.groups:
            yield from self._groups()
        if not self.is_all:
            reason = f"no more than {MOST_GROUPS} are told" if len(self.groups) == MOST_GROUPS else "the solver gave up"
            yield Paragraph(f"There may be {'more' if self.groups else 'differences'}: {reason}.")
        elif not self.groups:
            both = "What both versions allow is" if self.allowances else "All facts are"
            yield Paragraph(f"{both} decided alike.")
        facts = {"new": self.added, "gone": self.removed, "defined otherwise": self.redefined}
        if any(facts.values()):
            yield Heading("Facts")
            several = [f"{', '.join(each.name for each in some)}: {word}" for word, some in facts.items() if some]
            yield Bullets((*several, *map(str, self.allowances)))

    def _groups(self) -> Iterator[Block]:
        """The table; what decided, or decides now, in all of its lines is said once above it."""
        table = self.to_table()
        columns = [*zip(table.header, *table.rows, strict=True)]
        once = [column for column in columns[:2] if len(self.groups) > 1 and len({*column[1:]}) == 1]
        for header, cell, *_ in once:
            yield Paragraph((Text("In each of these cases it "), *header, Text(" "), *cell, Text(".")))
        header, *rows = zip(*(column for column in columns if column not in once), strict=True)
        yield Table(header, rows)


@overload
def difference(
    old: SeverityRules[Any], new: SeverityRules[Any], *, limit: timedelta = LIMIT
) -> DecisionDiff[Rule[Any]]: ...
@overload
def difference(
    old: DecisionTree[Any], new: DecisionTree[Any], *, limit: timedelta = LIMIT
) -> DecisionDiff[Walk[Any]]: ...
def difference(old: Any, new: Any, *, limit: timedelta = LIMIT) -> DecisionDiff[Any]:
    """For which facts two versions of severity rules, or of a decision tree, differ, and in what.

    Rules differ where they give severities of different keys, trees where they come to different conclusions; by
    which rule, and by what way, does not matter. Where a question offers "unsure", somebody may be unsure, whatever
    the facts are; the same text is the same question. Trees differ too where only one of them offers an answer that
    people give. ``limit`` is how long the solver tries at one question.

    Raises `RulesInvalid` for rules and a tree, and for a fact of which no value is allowed by both.
    """
    pair = Pair(old, new, limit)
    groups = tuple(islice(pair.groups(), MOST_GROUPS))
    mine, theirs = old.vocabulary, new.vocabulary
    return DecisionDiff(
        before=name_of(old),
        after=name_of(new),
        groups=groups,
        is_all=pair.is_finished,
        added=tuple(fact for name, fact in theirs.items() if name not in mine),
        removed=tuple(fact for name, fact in mine.items() if name not in theirs),
        redefined=tuple(fact for name, fact in theirs.items() if mine.get(name, fact) != fact),
        allowances=tuple(allowances(mine, theirs)),
    )


@overload
def equivalent(old: SeverityRules[Any], new: SeverityRules[Any], *, limit: timedelta = LIMIT) -> Answer: ...
@overload
def equivalent(old: DecisionTree[Any], new: DecisionTree[Any], *, limit: timedelta = LIMIT) -> Answer: ...
def equivalent(old: Any, new: Any, *, limit: timedelta = LIMIT) -> Answer:
    """Whether two versions allow the same and decide it alike; `None` if the solver gave up.

    A fact that has an option in one of them only, or other bounds, makes them different, and so does a question that
    has an answer in one of them only. Raises what `difference` raises.
    """
    pair = Pair(old, new, limit)
    differs = any(allowances(old.vocabulary, new.vocabulary)) or next(pair.groups(), None) is not None
    return False if differs else True if pair.is_finished else None


class Pair:
    """Two versions in one world."""

    def __init__(self, old: Decider, new: Decider, limit: timedelta) -> None:
        conditions = [*conditions_of(old), *conditions_of(new)]
        if type(old) is not type(new):
            raise RulesInvalid("severity rules are compared with severity rules, and a tree with a tree")
        self.solver = Solver(limit=limit)
        world = World.shared(new.vocabulary, old.vocabulary, conditions, self.solver)
        replies = replies_to(self.solver, old, new)
        unsure = unsure_of(self.solver, old, new)
        self.old, self.new = (ways_in(world, each, replies, unsure) for each in (old, new))
        self._atlas = Atlas(world.domains, self.solver)
        self._known: list[tuple[End, Formula]] = []
        self.is_finished = False
        """Whether every group was told, which is proved at the end."""

    def groups(self) -> Iterator[Redecided[End]]:
        """Facts that are decided differently, by what decided them before and what decides them now."""
        gave_up = False
        for place, way in enumerate(self.old.ways):
            others = self._others(way.end)
            while found := self.solver.can_hold(self.old.reached[place], way.open, others):
                group, both = self._group()
                yield group
                others = self.solver.named(self.solver.all_of((others, self.solver.opposite(both))))
            gave_up = gave_up or found is None
        self.is_finished = not gave_up

    def _others(self, end: End) -> Formula:
        """When the new version comes to something else than this; made once for all ends that come to the same."""
        for known, others in self._known:
            if _agree(known, end):
                return others
        others = self.solver.named(self.solver.opposite(self.new.where(partial(_agree, end))))
        self._known.append((end, others))
        return others

    def _group(self) -> tuple[Redecided[End], Formula]:
        """Those around the case that was found last, and where both decide as they do there."""
        solver, case = self.solver, self.new.case()
        places = {name: domain.place for name, domain in self.new.world.domains.items()}
        replies = [domain.within(*[domain.place] * 2) for domain in self.new.replies.values()]
        unsure = [each if text in case.unsure else solver.opposite(each) for text, each in self.new.unsure.items()]
        before, after = case.taken(self.old.subject), case.taken(self.new.subject)
        reproduced(not _agree(before, after))
        both = solver.all_of((self.old.decides_by(before), self.new.decides_by(after)))
        region = self._atlas.region(both, places, [*replies, *unsure])
        case = evolve(case, unsure=case.unsure & (asked_on(before) | asked_on(after)))
        return Redecided(before=before, after=after, case=case, region=region), both


def _agree(one: End, other: End) -> bool:
    """Whether two ends come to the same; so do two questions that do not offer the answer."""
    if isinstance(one, Rule) and isinstance(other, Rule):
        return one.severity.key == other.severity.key
    if is_open(one) or is_open(other):
        return is_open(one) and is_open(other)
    return bool(_conclusion(one) == _conclusion(other))


def _conclusion(end: End) -> Any:
    assert not isinstance(end, Rule)
    return end.conclusion
