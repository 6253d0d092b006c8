"""What the log keeps of a severity: enough to explain it without the rules that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeAlias

from attrs import field, frozen

from incidentkit.errors import CommandInvalid, FieldInvalid, SchemeInvalid, SchemesDiffer, expect, shown
from incidentkit.model.identity import checked_text
from incidentkit.model.severity import Severity, is_severity
from incidentkit.model.triage import Triage

Value: TypeAlias = bool | int | float | str | timedelta
"""What was known of a fact, as an event keeps it; a severity by its key, a clock by what it showed."""


@frozen(kw_only=True)
class Assessment:
    """What a triage said, or the severity that a person chose."""

    severity: Severity[Any]
    possible: tuple[Severity[Any], ...]
    """Worst first; one alone is certain."""
    facts: Mapping[str, Value] = field(factory=dict[str, Value])
    because: str = ""
    """The rule that decided, in words; empty while several might."""

    def __attrs_post_init__(self) -> None:
        worst: object = None
        with suppress(SchemesDiffer, TypeError, ValueError):
            worst = max(self.possible)
        if not is_severity(self.severity) or self.severity != worst or self.possible[0] != worst:
            raise FieldInvalid("severity", f"it is the worst of those possible, and {shown(self.severity)} is not")
        checked_text("because", self.because)

    def __str__(self) -> str:
        milder = [str(each) for each in self.possible if each != self.severity]
        doubt = f", not certain: {' or '.join(milder)} if it turns out better" if milder else ""
        return f"{self.severity}{doubt}{f': {self.because}' if self.because else ''}"


def assessed(triage: Triage[Any] | Assessment) -> Assessment:
    """What the log keeps of a triage; `CommandInvalid` for anything else."""
    if isinstance(triage, Assessment):
        return triage
    expect(Triage, triage, CommandInvalid, "a triage is a Triage")
    return Assessment(
        severity=triage.severity,
        possible=tuple(sorted(triage.possible, reverse=True)),
        facts={fact.name: _kept(triage.facts[fact]) for fact in triage.facts},
        because=str(triage.rule) if triage.rule is not None else "",
    )


def chosen(severity: Severity[Any]) -> Assessment:
    """What the log keeps of a severity that a person chose, which must be one of a scheme; else `CommandInvalid`."""
    expect(Severity, severity, CommandInvalid, "a chosen severity is a Severity, such as SCHEME['SEV-1']")
    try:
        _ = severity.scheme
    except SchemeInvalid as error:
        raise CommandInvalid(str(error)) from None
    return Assessment(severity=severity, possible=(severity,))


def _kept(value: Any) -> Value:
    return value.key if isinstance(value, Severity) else value
