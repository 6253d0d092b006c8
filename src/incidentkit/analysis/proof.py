"""Proofs about severity rules and decision trees: which laws hold for all facts there are, and what breaks others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from attrs import frozen

from incidentkit.analysis.finding import Broken, NeverTrue, Overlap, Shadowed, Undecided, reproduced
from incidentkit.analysis.order import is_ordered, milder_by_worse
from incidentkit.analysis.rule_use import MOST_OVERLAPS, idle_thresholds, overlaps, unused_rules
from incidentkit.analysis.solver import LIMIT
from incidentkit.analysis.tree_use import unused_answers
from incidentkit.analysis.trial import Trials
from incidentkit.analysis.ways import Decider, Ways, ways_of
from incidentkit.policy.law import Law, left_out
from incidentkit.policy.rules import SeverityRules, title_of
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Table
from incidentkit.text.plain import EASILY_READ, to_plain

OF_RULES: Final = (Law.TOTAL, Law.KNOWN, Law.ALIVE, Law.UNSHADOWED, Law.MONOTONE, Law.THRESHOLDS)
"""The laws of severity rules that are proved, in the order in which they are told."""

OF_TREES: Final = (Law.TOTAL, Law.KNOWN, Law.UNSHADOWED, Law.ASKED_ONCE, Law.MONOTONE)
"""The laws of decision trees that are proved."""


@frozen(kw_only=True)
class Proof:
    """What was proved of severity rules or a decision tree; true if every law holds; printed, a text for people."""

    about: str
    """What the proof is about, in a few words."""
    proved: tuple[Law, ...]
    """The laws that hold for all facts there are."""
    broken: tuple[Broken, ...]
    """How others do not hold."""
    undecided: tuple[Undecided, ...]
    """Questions at which the solver gave up: of their laws nothing is proved."""
    overlaps: tuple[Overlap, ...]
    """Rules between which only their order decides; no law forbids it. At most 50 are looked for."""

    @property
    def holds(self) -> bool:
        """Whether every law that was to be proved was proved."""
        return not self.broken and not self.undecided

    def __bool__(self) -> bool:
        return self.holds

    def of(self, law: Law) -> tuple[Broken, ...]:
        """How this law does not hold."""
        return tuple(each for each in self.broken if each.law is law)

    def to_table(self) -> Table:
        """A line for each way in which a law does not hold."""
        rows = [(str(each.law), str(each), each.witness) for each in self.broken]
        return Table(("law", "what breaks it", "such as"), rows)

    def to_document(self) -> Document:
        """For people."""
        return Document(self._blocks())

    def __str__(self) -> str:
        return to_plain(self.to_document(), width=EASILY_READ)

    def _blocks(self) -> Iterator[Block]:
        yield Heading(self.about, level=1)
        if self.proved:
            yield Heading("Proved for all facts")
            yield Bullets(f"{law}: {law.meaning}" for law in self.proved)
        if self.broken:
            yield Heading("Does not hold")
            yield self.to_table()
        if self.undecided:
            yield Heading("Not decided, so not proved")
            yield Bullets(f"{each.law}: {each}" for each in self.undecided)
        if milder := [each for each in self.overlaps if each.is_milder]:
            yield Heading("A milder rule comes first")
            yield Table(("rules", "such as"), [(str(each), each.witness) for each in milder])
        if worse := len(self.overlaps) - len(milder):
            pairs = "1 pair of rules overlaps" if worse == 1 else f"{worse} pairs of rules overlap"
            yield Paragraph(f"Where {pairs}, the worse one comes first.")
        if len(self.overlaps) == MOST_OVERLAPS:
            yield Paragraph(f"No more than {MOST_OVERLAPS} pairs that overlap are looked for: there may be others.")


def prove(subject: Decider, *, allow: Iterable[str] = (), limit: timedelta = LIMIT) -> Proof:
    """Prove which laws severity rules or a decision tree keep, for all facts that there are.

    ``allow`` leaves laws out, by the words that a proof has for them. ``limit`` is how long the solver tries at one
    question before it gives up; whatever it gives up at is told and counts as not proved. Raises `RulesInvalid` for
    something else than rules or a tree, `FieldInvalid` for other arguments, and `ConditionInvalid` for a condition of
    somebody's own kind.
    """
    ways = ways_of(subject, limit=limit)
    is_rules = isinstance(subject, SeverityRules)
    allowed = left_out(allow, OF_RULES if is_rules else OF_TREES, "prove")
    found: list[Broken | Undecided] = [] if is_rules else [*unused_answers(ways)]
    ways = ways.ended()
    laws = [law for law in _laws(ways) if law not in allowed]
    _prove_settled(ways)
    if is_rules:
        found += _of_rules(ways, laws)
    if Law.MONOTONE in laws:
        found += milder_by_worse(ways)
    told = [each for each in found if each.law in laws]
    told.sort(key=lambda each: laws.index(each.law))
    open = {each.law for each in told}
    return Proof(
        about=name_of(subject),
        proved=tuple(law for law in laws if law not in open),
        broken=tuple(each for each in told if not isinstance(each, Undecided)),
        undecided=tuple(each for each in told if isinstance(each, Undecided)),
        overlaps=tuple(overlaps(ways)) if is_rules else (),
    )


def name_of(subject: Decider) -> str:
    """What rules or a tree are called in a heading."""
    return title_of(subject) if isinstance(subject, SeverityRules) else subject.title


def _laws(ways: Ways) -> Sequence[Law]:
    """The laws that can be asked for: without severities at all its ends a tree has no order."""
    laws = OF_RULES if isinstance(ways.subject, SeverityRules) else OF_TREES
    return [law for law in laws if law is not Law.MONOTONE or is_ordered(ways)]


def _prove_settled(ways: Ways) -> None:
    """That one of the ways is always open, and none is ever unknown: the form of rules and trees sees to it."""
    solver = ways.solver
    last, none = ways.ways[-1], ways.reached[-1]
    reproduced(solver.can_hold(none, solver.opposite(last.open)) is not True)
    reproduced(solver.can_hold(solver.named(solver.any_of(way.unknown for way in ways.ways))) is not True)


def _of_rules(ways: Ways, laws: Sequence[Law]) -> Iterator[Broken | Undecided]:
    assert isinstance(ways.subject, SeverityRules)
    trials = Trials(ways.subject, ways.world.domains)
    unused = [*unused_rules(ways, trials)]
    yield from unused
    if Law.THRESHOLDS in laws:
        idle = {each.place - 1 for each in unused if isinstance(each, NeverTrue | Shadowed)}
        yield from idle_thresholds(ways, trials, {*range(len(ways.ways))} - idle)
