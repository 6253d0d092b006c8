"""When to roll back (playbook, "Rollback Procedures"): immediate criteria, a tree, and what is weighed then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from incidentkit.errors import FactValueInvalid, PlaybookInvalid, each_of, expect, nearest
from incidentkit.model.conditions import Condition
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource, Vocabulary
from incidentkit.policy.advice import Advice, Course, Reason
from incidentkit.policy.prospect import Prospect, Weighing
from incidentkit.policy.question import Conclusion, Walk, is_question
from incidentkit.policy.tree import DecisionTree


@frozen
class Criterion:
    """Something that speaks for rolling back, or against it, when a condition holds."""

    when: Condition
    because: str = field(default="", kw_only=True)
    """What it is, in the words of the playbook."""
    source: str = field(default="", kw_only=True)
    """Where it is written down: the section and line of a playbook."""

    def __attrs_post_init__(self) -> None:
        expect(Condition, self.when, PlaybookInvalid, "a criterion starts with a condition (a fact has is_ for ==)")
        expect(str, self.because, PlaybookInvalid, f"what the criterion {self.when} is, is text")
        expect(str, self.source, PlaybookInvalid, f"the source of the criterion {self.when} is text")

    def __str__(self) -> str:
        return self.because or str(self.when)

    def reason(self, facts: Facts) -> Reason:
        """Itself with the facts that make it true."""
        grounds = Vocabulary(*self.when.grounds(facts).mentioned)
        return Reason(because=str(self), source=self.source, facts=_known(grounds.values(), facts))


def _known(facts: Iterable[AnyFact], known: Facts) -> tuple[AnyFact, ...]:
    return tuple(fact for fact in facts if fact in known)


def _criteria(criteria: Iterable[Criterion]) -> tuple[Criterion, ...]:
    return each_of(Criterion, criteria, PlaybookInvalid, "a rollback policy has lists of criteria")


def _conclusions(conclusions: Mapping[str, Course]) -> dict[str, Course]:
    return {**expect(Mapping, conclusions, PlaybookInvalid, "conclusions are a mapping from their words to a course")}


@frozen(kw_only=True)
class RollbackPolicy:
    """Whether to roll back: an immediate criterion settles it; else the tree answers, and its answer is weighed.

    Where the tree rolls back and something speaks for a hotfix instead, people consider it. Where the tree fixes and
    something is a reason to consider rolling back, people do that too, unless something speaks for a hotfix instead.
    Every other answer of the tree stands.
    """

    immediate: tuple[Criterion, ...] = field(default=(), converter=_criteria)
    """Each of them is enough to roll back at once, whatever else is so."""
    tree: str
    """The name of a decision tree of the playbook; facts must be able to answer all of its questions."""
    conclusions: Mapping[str, Course] = field(converter=_conclusions)
    """What each conclusion of that tree comes to, by its words."""
    consider: tuple[Criterion, ...] = field(default=(), converter=_criteria)
    hotfix_instead: tuple[Criterion, ...] = field(default=(), converter=_criteria)

    def __attrs_post_init__(self) -> None:
        expect(str, self.tree, PlaybookInvalid, "the tree of a rollback policy is named by text")
        for words, course in self.conclusions.items():
            expect(str, words, PlaybookInvalid, "a conclusion is known by its words")
            expect(Course, course, PlaybookInvalid, f"the conclusion {words!r} comes to a Course")

    def __hash__(self) -> int:
        return hash((self.tree, self.immediate, self.consider, self.hotfix_instead))

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All of them, in the order in which they are looked at."""
        return (*self.immediate, *self.consider, *self.hotfix_instead)

    @property
    def mentioned(self) -> Iterator[AnyFact]:
        """The facts that its criteria mention."""
        return (fact for criterion in self.criteria for fact in criterion.when.mentioned)

    def vocabulary(self, tree: DecisionTree[Conclusion]) -> Vocabulary:
        """What it asks for together with its tree, in the order in which to ask: what may settle it comes first."""
        first, then = (
            (fact for criterion in some for fact in criterion.when.mentioned)
            for some in (self.immediate, (*self.consider, *self.hotfix_instead))
        )
        return Vocabulary(*first, *tree.vocabulary.values(), *then)

    def tree_in(self, trees: Mapping[str, DecisionTree[Conclusion]]) -> DecisionTree[Conclusion]:
        """Its tree among those of a playbook; `PlaybookInvalid` if it is not there, or not one to go by."""
        if self.tree not in trees:
            raise PlaybookInvalid(f"rollback: no tree is called {self.tree!r}. {nearest(self.tree, trees)}".rstrip())
        tree = trees[self.tree]
        ends: dict[str, None] = {}
        for question in tree.root.questions:
            if question.subject is None:
                raise PlaybookInvalid(f"rollback: no fact answers {question.text!r}, so no advice can rest on it")
            ends |= {str(node): None for node in question.branches.values() if not is_question(node)}
        for words in ends:
            if words not in self.conclusions:
                raise PlaybookInvalid(f"rollback: conclusions do not say what {words!r} comes to")
        for words in self.conclusions:
            if words not in ends:
                known = nearest(words, ends)
                raise PlaybookInvalid(f"rollback: {self.tree} does not conclude {words!r}. {known}".rstrip())
        return tree

    def advise(
        self,
        tree: DecisionTree[Conclusion],
        facts: FactSource,
        *,
        at: datetime | None = None,
        unsure: Iterable[AnyFact | str] = (),
    ) -> Advice:
        """What to do by what is known; ``tree`` is its tree, as `tree_in` gives it.

        ``unsure`` are facts that nobody can tell. They are not asked for, and take the tree's branch for that where it
        has one; a criterion that asks for one of them stays open. Raises what `Facts.read` raises.
        """
        known = Facts.read(facts, self.vocabulary(tree), at=at)
        prospect = Prospect(self._weighing(tree), known.vocabulary, _untold(unsure, known))
        outcome = prospect.outcome(known)
        walk = prospect.walk(known)
        answered = () if walk.conclusion is None else tuple(_steps(tree, walk, known))
        rolls_back = walk.conclusion is not None and self.conclusions[str(walk.conclusion)].rolls_back
        pro, contra = (answered, ()) if rolls_back else ((), answered)
        return Advice(
            facts=known,
            walk=walk,
            possible=outcome.possible,
            questions=outcome.questions,
            for_rollback=(*_true(self.immediate, known), *pro, *_true(self.consider, known)),
            against_rollback=(*contra, *_true(self.hotfix_instead, known)),
        )

    def _weighing(self, tree: DecisionTree[Conclusion]) -> Weighing:
        immediate, consider, instead = (
            tuple(criterion.when for criterion in some) for some in (self.immediate, self.consider, self.hotfix_instead)
        )
        return Weighing(
            immediate=immediate, tree=tree, conclusions=self.conclusions, consider=consider, hotfix_instead=instead
        )


def _untold(unsure: Iterable[AnyFact | str], known: Facts) -> frozenset[str]:
    """The names of the facts that nobody can tell, of those that matter here."""
    facts = (known.vocabulary[each] if isinstance(each, str) else each for each in unsure)
    names = {fact.name for fact in facts if fact.name in known.vocabulary}
    if told := sorted(name for name in names if name in known):
        raise FactValueInvalid(told[0], "it is known, so nobody is unsure of it")
    return frozenset(names)


def _true(criteria: Iterable[Criterion], facts: Facts) -> Iterator[Reason]:
    return (criterion.reason(facts) for criterion in criteria if criterion.when.walk(facts))


def _steps(tree: DecisionTree[Conclusion], walk: Walk[Conclusion], facts: Facts) -> Iterator[Reason]:
    """The answers on the way through the tree, each with the facts that gave it."""
    node: Any = tree.root
    for step in walk.path:
        subject = node.subject
        asked = subject.vocabulary.values() if isinstance(subject, Condition) else (subject,)
        yield Reason(because=str(step), source=tree.title, facts=_known(asked, facts))
        node = node.branches[step.answer]
