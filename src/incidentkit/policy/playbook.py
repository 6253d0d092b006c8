"""A playbook: what an organisation has decided beforehand, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, UnknownTree, expect
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import Facts, FactSource, Vocabulary
from incidentkit.policy.question import Conclusion, Walk
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.tree import DecisionTree


def _copy(trees: Mapping[str, DecisionTree[Conclusion]]) -> dict[str, DecisionTree[Conclusion]]:
    return {**expect(Mapping, trees, PlaybookInvalid, "the trees of a playbook are a mapping by name")}


@frozen(kw_only=True)
class Playbook:
    """Severity rules and decision trees under one name."""

    name: str
    rules: SeverityRules[Any]
    trees: Mapping[str, DecisionTree[Conclusion]] = field(factory=dict[str, DecisionTree[Conclusion]], converter=_copy)

    vocabulary: Vocabulary = field(init=False, eq=False, repr=False)
    """Every fact that its rules and trees know, in the order in which to ask for them."""

    def __attrs_post_init__(self) -> None:
        expect(str, self.name, PlaybookInvalid, "the name of a playbook is text")
        expect(SeverityRules, self.rules, PlaybookInvalid, "the rules of a playbook are SeverityRules")
        for name, tree in self.trees.items():
            expect(str, name, PlaybookInvalid, "the name of a tree is text")
            expect(DecisionTree, tree, PlaybookInvalid, f"{name!r} is a DecisionTree")
        mine = self.rules.vocabulary
        others = Vocabulary(*(fact for tree in self.trees.values() for fact in tree.vocabulary.values()))
        object.__setattr__(
            self, "vocabulary", mine if others.keys() <= mine.keys() and mine.agrees_with(others) else mine | others
        )

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def scheme(self) -> SeverityScheme[Any]:
        """The severities that its rules give."""
        return self.rules.scheme

    def triage(self, facts: FactSource, *, at: datetime | None = None) -> Triage[Any]:
        """How severe it is, by what is known. Raises what `SeverityRules.triage` raises."""
        return self.rules.triage(self.facts(facts, at=at))

    def facts(self, source: FactSource, *, at: datetime | None = None) -> Facts:
        """Check facts once, to give them to the rules and to trees. Raises what `Facts.read` raises."""
        return Facts.read(source, self.vocabulary, at=at)

    def decide(self, tree: str, facts: FactSource, *, at: datetime | None = None) -> Walk[Conclusion]:
        """Answer a tree as far as facts can; `UnknownTree` if there is none of that name."""
        return self.tree(tree).decide(self.facts(facts, at=at))

    def tree(self, name: str) -> DecisionTree[Conclusion]:
        """The decision tree of that name; `UnknownTree` lists those there are."""
        try:
            return self.trees[expect(str, name, PlaybookInvalid, "a tree is looked up by its name")]
        except KeyError:
            raise UnknownTree(name, self.trees) from None
