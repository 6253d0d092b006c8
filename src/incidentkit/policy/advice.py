"""What a rollback policy says: one course, what speaks for it and against it, and what is left to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from attrs import frozen

from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.question import Conclusion, Walk
from incidentkit.text.document import Block, Bullets, Document, Heading, Paragraph, Steps
from incidentkit.text.plain import to_plain
from incidentkit.text.printed import Printed


class Course(StrEnum):
    """What to do about a change that may be the cause (playbook, "When to Rollback" and "Rollback vs Hotfix?")."""

    ROLL_BACK_AT_ONCE = "roll back at once"
    """Without weighing anything against it."""
    ROLL_BACK = "roll back"
    CONSIDER_ROLLING_BACK = "consider rolling back"
    """Something speaks for it and something against it: people weigh that."""
    HOTFIX = "hotfix"
    MITIGATE = "mitigate"
    """With feature flags, and plan a fix."""

    @property
    def rolls_back(self) -> bool:
        """Whether what speaks for rolling back speaks for it."""
        return self in (Course.ROLL_BACK_AT_ONCE, Course.ROLL_BACK, Course.CONSIDER_ROLLING_BACK)


@frozen(kw_only=True)
class Reason:
    """Something that is so, and speaks for rolling back or against it: a criterion, or a step through the tree."""

    because: str
    """The line of the playbook, or the question of the tree with its answer."""
    source: str = ""
    """Where it is written down: the section of a playbook, or the title of the tree."""
    facts: tuple[AnyFact, ...] = ()
    """The known facts that it rests on; none if a person was unsure."""


@frozen(kw_only=True, repr=False)
class Advice(Printed):
    """What a rollback policy says about facts, certain or not. Made by `RollbackPolicy.advise`."""

    facts: Facts
    """What is known of the facts that the policy and its tree ask for."""
    walk: Walk[Conclusion]
    """The tree, answered as far as the facts do."""
    possible: tuple[Course, ...]
    """Every course that the unknown facts leave possible, in the order of `Course`; one alone is certain."""
    questions: tuple[AnyFact, ...]
    """The unknown facts that can still change the course, in the order in which to ask for them."""
    for_rollback: tuple[Reason, ...]
    """What is so, and speaks for rolling back."""
    against_rollback: tuple[Reason, ...]
    """What is so, and speaks for something else."""

    @property
    def course(self) -> Course | None:
        """What to do; `None` while unknown facts leave that open."""
        return self.possible[0] if self.certain else None

    @property
    def certain(self) -> bool:
        """Whether no unknown fact can change the course any more."""
        return len(self.possible) == 1

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What speaks for the course; while none is certain, what speaks for rolling back."""
        return self.for_rollback if self.course is None or self.course.rolls_back else self.against_rollback

    @property
    def against(self) -> tuple[Reason, ...]:
        """What speaks against the course; while none is certain, what speaks against rolling back."""
        return self.against_rollback if self.course is None or self.course.rolls_back else self.for_rollback

    @property
    def next_question(self) -> AnyFact | None:
        """The first of the questions; whoever cannot answer it may go on with the second."""
        return self.questions[0] if self.questions else None

    def to_document(self) -> Document:
        """For people."""
        return Document(self._blocks())

    def explain(self) -> str:
        """The course, what it rests on, what speaks against it, and what to ask."""
        return to_plain(self.to_document())

    def _blocks(self) -> Iterator[Block]:
        about = "it" if self.certain else "rolling back"
        yield Heading(self._title, level=1)
        if self.reasons:
            yield Paragraph(f"What speaks for {about}:")
            yield Bullets(self._lines(self.reasons))
        if self.against:
            yield Paragraph(f"What speaks against {about}:")
            yield Bullets(self._lines(self.against))
        if self.questions:
            yield Paragraph("What can still change that, in the order in which to ask:")
            yield Steps(f"{fact.question} ({fact.name})" for fact in self.questions)

    @property
    def _title(self) -> str:
        if self.certain:
            return self.possible[0].capitalize()
        *others, last = self.possible
        return f"Not certain: {', '.join(others)} or {last}"

    def _lines(self, reasons: Iterable[Reason]) -> Iterator[str]:
        for reason in reasons:
            known = ", ".join(f"{each.name} is {each.text(self.facts[each])}" for each in reason.facts)
            yield " - ".join(filter(None, [f"{reason.because}{f' ({known})' if known else ''}", reason.source]))

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return f"<advice: {' or '.join(self.possible)}>"

    def _details(self) -> Iterable[str]:
        return self.explain().splitlines()
