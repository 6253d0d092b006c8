"""A playbook: what an organisation has decided beforehand, as one value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from types import NoneType
from typing import Any, Final, Self

from attrs import evolve, field, frozen

from incidentkit import convert
from incidentkit.errors import FieldInvalid, PlaybookInvalid, UnknownTree, each_of, expect, nearest, shown
from incidentkit.model.facts import kinds
from incidentkit.model.identity import LONGEST_NAME, checked_name
from incidentkit.model.severity import SeverityScheme
from incidentkit.model.triage import Triage
from incidentkit.model.vocabulary import AnyFact, Facts, FactSource, Vocabulary
from incidentkit.policy.act import ActKind
from incidentkit.policy.advice import Advice
from incidentkit.policy.checklist import Checklist
from incidentkit.policy.communication import CommunicationPolicy
from incidentkit.policy.comparison import compared
from incidentkit.policy.difference import PlaybookDiff
from incidentkit.policy.escalation import EscalationPolicy
from incidentkit.policy.forms.checklist import checklist_form, checklist_of
from incidentkit.policy.forms.communication import communication_form, communication_of
from incidentkit.policy.forms.escalation import escalation_form, escalation_of
from incidentkit.policy.forms.playbook import PlaybookForm
from incidentkit.policy.forms.preservation import preservation_form, preservation_of
from incidentkit.policy.forms.response import response_form, response_of
from incidentkit.policy.forms.review import review_form, review_of
from incidentkit.policy.forms.rollback import rollback_form, rollback_of
from incidentkit.policy.obligation import ITEM, Expiry, Obligation
from incidentkit.policy.preservation import PreservationPolicy
from incidentkit.policy.question import Conclusion, Walk
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.rollback import RollbackPolicy
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.runbook import Runbook, runbooks_of
from incidentkit.policy.shelf import Shelf
from incidentkit.policy.situation import answered
from incidentkit.policy.tree import DecisionTree
from incidentkit.providers.store import check_key
from incidentkit.text.printed import Printed, said

VERSION_SHOWN: Final = 12
"""Characters of the version that are part of a reference."""

LONGEST_PLAYBOOK_NAME: Final = LONGEST_NAME - len("@") - VERSION_SHOWN
"""Characters that the name of a playbook may have: its reference is a name, too."""


def _copy(trees: Mapping[str, DecisionTree[Conclusion]]) -> dict[str, DecisionTree[Conclusion]]:
    return {**expect(Mapping, trees, PlaybookInvalid, "the trees of a playbook are a mapping by name")}


def _checklists(checklists: Iterable[Checklist]) -> tuple[Checklist, ...]:
    words = "a playbook has a list of checklists"
    return each_of(Checklist, checklists, PlaybookInvalid, words)


def _runbooks(runbooks: Iterable[Runbook]) -> tuple[Runbook, ...]:
    return each_of(Runbook, runbooks, PlaybookInvalid, "a playbook has a list of runbooks")


_TAKEN: Final = re.compile(rf"{ITEM}|.* #\d+/")
"""How ids begin that are given while an incident goes on: to its action items, and to the steps of its runs."""


def _check_ids(obligations: Iterable[Obligation]) -> None:
    """Raise `PlaybookInvalid` for two obligations under one id, or for one that builds on another that is not there."""
    ids: set[str] = set()
    for each in obligations:
        if each.id in ids:
            raise PlaybookInvalid(f"two policies want something under one id, {each.id!r}: call one of them otherwise")
        if _TAKEN.match(each.id):
            raise PlaybookInvalid(f"{each.id!r} could be an action item or a step of a run: call it otherwise")
        ids.add(each.id)
    for each in obligations:
        for other in (*each.after, *each.done_by, *each.presupposes):
            if other not in ids:
                raise PlaybookInvalid(f"{each.id}: nothing is called {other!r}. {nearest(other, ids)}".rstrip())


def _check_keys(scheme: SeverityScheme[Any]) -> None:
    """Raise `PlaybookInvalid` for a severity by whose key no store could find an incident."""
    for key in scheme.keys:
        try:
            check_key(f"severity {shown(key)}", key)
        except FieldInvalid as error:
            raise PlaybookInvalid(str(error)) from None


@frozen(kw_only=True, slots=False, repr=False)
class Playbook(Printed):
    """Severity rules, decision trees and policies under one name."""

    name: str
    rules: SeverityRules[Any]
    trees: Mapping[str, DecisionTree[Conclusion]] = field(factory=dict[str, DecisionTree[Conclusion]], converter=_copy)
    escalation: EscalationPolicy | None = None
    communication: CommunicationPolicy | None = None
    response: ResponsePolicy | None = None
    checklists: tuple[Checklist, ...] = field(default=(), converter=_checklists)
    review: ReviewPolicy | None = None
    rollback: RollbackPolicy | None = None
    preservation: PreservationPolicy | None = None
    runbooks: tuple[Runbook, ...] = field(default=(), converter=_runbooks)

    vocabulary: Vocabulary = field(init=False, eq=False, repr=False)
    """Every fact that people may answer: those of its rules and trees, in the order in which to ask for them, then
    those that only policies ask for."""
    asked_by_policies: Vocabulary = field(init=False, eq=False, repr=False)
    """The facts that only policies ask for, and the incident does not answer itself."""
    situations: Vocabulary = field(init=False, eq=False, repr=False)
    """Every fact that planning may ask for: those, and what an incident answers itself."""
    obligations: tuple[Obligation, ...] = field(init=False, eq=False, repr=False)
    """Everything that it wants, in one row."""
    shelf: Shelf = field(init=False, eq=False, repr=False)
    """Its runbooks, by which runs go."""
    expiry: Expiry | None = field(init=False, eq=False, repr=False)
    """For how long acknowledgements count."""

    def __attrs_post_init__(self) -> None:
        if len(expect(str, self.name, PlaybookInvalid, "the name of a playbook is text")) > LONGEST_PLAYBOOK_NAME:
            problem = f"{LONGEST_PLAYBOOK_NAME} characters at the most, not {len(self.name)}"
            raise PlaybookInvalid(f"the name of a playbook, which is part of its reference, has {problem}")
        checked_name("name", self.name)
        expect(SeverityRules, self.rules, PlaybookInvalid, "the rules of a playbook are SeverityRules")
        _check_keys(self.rules.scheme)
        for name, tree in self.trees.items():
            expect(str, name, PlaybookInvalid, "the name of a tree is text")
            expect(DecisionTree, tree, PlaybookInvalid, f"{name!r} is a DecisionTree")
        expect(EscalationPolicy | NoneType, self.escalation, PlaybookInvalid, "an escalation is an EscalationPolicy")
        words = "a communication is a CommunicationPolicy"
        expect(CommunicationPolicy | NoneType, self.communication, PlaybookInvalid, words)
        expect(ResponsePolicy | NoneType, self.response, PlaybookInvalid, "a response is a ResponsePolicy")
        expect(ReviewPolicy | NoneType, self.review, PlaybookInvalid, "a review is a ReviewPolicy")
        words = "a preservation is a PreservationPolicy"
        expect(PreservationPolicy | NoneType, self.preservation, PlaybookInvalid, words)
        object.__setattr__(self, "shelf", Shelf(self.runbooks))
        expect(RollbackPolicy | NoneType, self.rollback, PlaybookInvalid, "a rollback is a RollbackPolicy")
        if self.rollback is not None:
            self.rollback.tree_in(self.trees)
        mine = self.rules.vocabulary
        others = Vocabulary(*(fact for tree in self.trees.values() for fact in tree.vocabulary.values()))
        asked = mine if others.keys() <= mine.keys() and mine.agrees_with(others) else mine | others
        obligations = tuple(self._obligations())
        _check_ids(obligations)
        expiry = None if self.escalation is None else self.escalation.expiry()
        asking = (*obligations, *(() if expiry is None else (expiry,)), *self.runbooks)
        advised = () if self.rollback is None else self.rollback.mentioned
        wanted = Vocabulary(*(fact for each in asking for fact in each.mentioned), *advised)
        object.__setattr__(self, "expiry", expiry)
        object.__setattr__(self, "obligations", obligations)
        known = asked | answered(self.scheme)
        only_asked = Vocabulary(*(fact for name, fact in (known | wanted).items() if name not in known))
        object.__setattr__(self, "asked_by_policies", only_asked)
        object.__setattr__(self, "vocabulary", asked | only_asked if only_asked else asked)
        object.__setattr__(self, "situations", known | only_asked)

    def _obligations(self) -> Iterator[Obligation]:
        if self.escalation is not None:
            yield from self.escalation.obligations()
        if self.communication is not None:
            yield from self.communication.obligations(self.scheme)
        if self.response is not None:
            yield from self.response.obligations(self.scheme)
        for checklist in self.checklists:
            yield from checklist.obligations()
        if self.review is not None:
            yield from self.review.obligations()
        if self.preservation is not None:
            yield from self.preservation.obligations()

    @cached_property
    def version(self) -> str:
        """What it says, as 64 hexadecimal digits: the same for every copy, another one after every change."""
        text = json.dumps(convert.to_plain(self), sort_keys=True, ensure_ascii=False, allow_nan=False)
        return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def document(self) -> str:
        """All of it as JSON text, as stores keep it."""
        return convert.to_json(self)

    @property
    def reference(self) -> str:
        """What an incident keeps of the playbook it was declared under: its name, and how its version begins."""
        return f"{self.name}@{self.version[:VERSION_SHOWN]}"

    @property
    def recipients(self) -> tuple[Recipient, ...]:
        """Whom it names, for a directory to check that it knows them."""
        named = (*(each.named for each in self.obligations), *(each.named for each in self.runbooks))
        return tuple(dict.fromkeys(each for recipients in named for each in recipients))

    @property
    def methods(self) -> tuple[str, ...]:
        """The contact methods that it reaches people by."""
        chains = (*(each.chain for each in self.obligations), *(each.notice for each in self.runbooks))
        return tuple(dict.fromkeys(attempt.method for chain in chains for attempt in chain))

    @property
    def acts(self) -> tuple[ActKind, ...]:
        """What it wants to be done that reaches no person in particular, each kind once."""
        return tuple(dict.fromkeys(act.kind for obligation in self.obligations for act in obligation.acts))

    @property
    def asks(self) -> bool:
        """Whether an on-call system is asked whom a level is about."""
        return any(obligation.asked for obligation in self.obligations)

    def to_form(self) -> PlaybookForm:
        """Itself as documents hold it."""
        return PlaybookForm(
            name=self.name,
            rules=self.rules,
            trees={**self.trees},
            facts=kinds(self.asked_by_policies),
            escalation=None if self.escalation is None else escalation_form(self.escalation),
            communication=None if self.communication is None else communication_form(self.communication),
            response=None if self.response is None else response_form(self.response),
            checklists=tuple(map(checklist_form, self.checklists)),
            review=None if self.review is None else review_form(self.review),
            rollback=None if self.rollback is None else rollback_form(self.rollback),
            preservation=None if self.preservation is None else preservation_form(self.preservation),
            runbooks=tuple(each.described() for each in self.runbooks),
        )

    @classmethod
    def from_form(cls, form: PlaybookForm) -> Playbook:
        """The playbook that a document describes."""
        trees = Vocabulary(*(fact for tree in form.trees.values() for fact in tree.vocabulary.values()))
        known = form.rules.vocabulary | trees | answered(form.rules.scheme) | Vocabulary(*form.facts)
        return cls(
            name=form.name,
            rules=form.rules,
            trees=form.trees,
            escalation=None if form.escalation is None else escalation_of(form.escalation, known),
            communication=None if form.communication is None else communication_of(form.communication, known),
            response=None if form.response is None else response_of(form.response),
            checklists=[checklist_of(each, index, known) for index, each in enumerate(form.checklists)],
            review=None if form.review is None else review_of(form.review, known),
            rollback=None if form.rollback is None else rollback_of(form.rollback, known, form.trees),
            preservation=None if form.preservation is None else preservation_of(form.preservation, known),
            runbooks=runbooks_of(form.runbooks, known),
        )

    def diff(self, other: Playbook) -> PlaybookDiff:
        """What is different in another playbook, as if this one became that; nothing for the same version."""
        return compared(self, expect(Playbook, other, PlaybookInvalid, "a playbook is compared with a Playbook"))

    def to_toml(self) -> str:
        """All of it, as people who write no Python edit it."""
        return convert.to_toml(self)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "") -> Self:
        """Read what `to_toml` writes; `DocumentInvalid` names the place, and ``source`` the file if given."""
        return convert.from_toml(text, cls, source=source)

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"<playbook {self.reference}: {len(self.obligations)} obligations>"

    def _details(self) -> Iterable[str]:
        return (f"{name}: {value!r}" for name, value in said(self) if name != "name")

    @property
    def scheme(self) -> SeverityScheme[Any]:
        """The severities that its rules give."""
        return self.rules.scheme

    def triage(self, facts: FactSource, *, at: datetime | None = None) -> Triage[Any]:
        """How severe it is, by what is known; it keeps all of that, also what only policies ask for.

        Raises what `SeverityRules.triage` raises.
        """
        known = self.facts(facts, at=at)
        triage = self.rules.triage(known)
        return evolve(triage, facts=known) if self.asked_by_policies else triage

    def facts(self, source: FactSource, *, at: datetime | None = None) -> Facts:
        """Check facts once, to give them to the rules and to trees. Raises what `Facts.read` raises."""
        return Facts.read(source, self.vocabulary, at=at)

    def decide(self, tree: str, facts: FactSource, *, at: datetime | None = None) -> Walk[Conclusion]:
        """Answer a tree as far as facts can; `UnknownTree` if there is none of that name."""
        return self.tree(tree).decide(self.facts(facts, at=at))

    def advise(self, facts: FactSource, *, at: datetime | None = None, unsure: Iterable[AnyFact | str] = ()) -> Advice:
        """Whether to roll back, by what is known; ``unsure`` are facts that nobody can tell.

        What an incident answers itself may be given too, such as its status. Raises `PlaybookInvalid` if it has no
        rollback policy, and what `Facts.read` raises.
        """
        if self.rollback is None:
            raise PlaybookInvalid(f"{self.name} has no rollback policy: Playbook(rollback=...) takes one")
        known = Facts.read(facts, self.situations, at=at)
        doubted = [self.situations[each] if isinstance(each, str) else each for each in unsure]
        return self.rollback.advise(self.tree(self.rollback.tree), known, unsure=doubted)

    def tree(self, name: str) -> DecisionTree[Conclusion]:
        """The decision tree of that name; `UnknownTree` lists those there are."""
        try:
            return self.trees[expect(str, name, PlaybookInvalid, "a tree is looked up by its name")]
        except KeyError:
            raise UnknownTree(name, self.trees) from None
