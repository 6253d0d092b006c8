"""From facts to a severity: the rule that decided, what is still possible, and the question that would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic

from attrs import field, frozen

from incidentkit.errors import RulesInvalid, expect
from incidentkit.model.conditions import ALWAYS, Condition, explained
from incidentkit.model.severity import S, Severity
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.text.printed import Printed, PrintedAsCall


@frozen
class Rule(PrintedAsCall, Generic[S]):
    """When a condition holds, a severity: one line of `SeverityRules`."""

    condition: Condition
    severity: Severity[S]
    because: str = field(default="", kw_only=True)
    """The reason in a few words, for the people who are told the severity."""
    source: str = field(default="", kw_only=True)
    """Where the rule is written down: the section and line of a playbook."""

    def __attrs_post_init__(self) -> None:
        expect(Condition, self.condition, RulesInvalid, "a rule starts with a condition (a fact has is_ for ==)")
        expect(Severity, self.severity, RulesInvalid, f"the rule for {self.condition} gives a severity")
        expect(str, self.because, RulesInvalid, "the reason of a rule is text")
        expect(str, self.source, RulesInvalid, "the source of a rule is text")

    def __str__(self) -> str:
        return f"otherwise {self.severity}" if self.condition == ALWAYS else f"{self.severity} if {self.condition}"

    @property
    def origin(self) -> str:
        """The reason and the source, as one phrase."""
        return " - ".join(part for part in (self.because, self.source) if part)


@frozen(repr=False)
class Triage(Printed, Generic[S]):
    """What rules say about facts, certain or not. Made by `SeverityRules.triage`."""

    facts: Facts
    open: tuple[Rule[S], ...]
    """The rules that may still turn out to be the first that holds, in their order; one alone has decided."""
    questions: tuple[AnyFact, ...]
    """The unknown facts that can change the severity, the one first that can change it most; none once certain."""

    @property
    def next_question(self) -> AnyFact | None:
        """The first of the questions; whoever cannot answer it may go on with the second."""
        return self.questions[0] if self.questions else None

    @property
    def severity(self) -> Severity[S]:
        """The worst that is still possible."""
        return max(rule.severity for rule in self.open)

    @property
    def possible(self) -> frozenset[Severity[S]]:
        """Every severity that the unknown facts leave possible."""
        return frozenset(rule.severity for rule in self.open)

    @property
    def certain(self) -> bool:
        """Whether no answer can change the severity any more."""
        return len(self.possible) == 1

    @property
    def rule(self) -> Rule[S] | None:
        """The rule that decided; `None` while that is open, even if all that are open agree on the severity."""
        return self.open[0] if len(self.open) == 1 else None

    def explain(self) -> str:
        """The rules that decided or still may, the facts they rest on, where each is written, and what to ask next."""
        return "\n".join(self._explanation())

    def _explanation(self) -> Iterator[str]:
        others = sorted((severity for severity in self.possible if severity != self.severity), reverse=True)
        yield f"{self.severity}" + (
            f", not certain: {' or '.join(map(str, others))} if it turns out better" if others else ""
        )
        for rule in self.open:
            yield ""
            yield f"{rule}{f'  [{rule.origin}]' if rule.origin else ''}"
            if rule.condition != ALWAYS:
                yield from explained(rule.condition, self.facts).lines(1)
        if self.next_question is not None:
            yield ""
            yield f"Next question: {self.next_question.question} ({self.next_question.name})"

    def __str__(self) -> str:
        return self.explain()

    def __repr__(self) -> str:
        return f"<triage {self.severity}{'' if self.certain else ', not certain'}>"

    def _details(self) -> Iterable[str]:
        return self._explanation()


AnyTriage = Triage[Any]
"""A triage by whichever scheme."""
