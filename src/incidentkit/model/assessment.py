"""What the log keeps of a severity: enough to explain it without the rules that gave it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import pairwise
from math import isfinite
from sys import float_info
from typing import Any, TypeAlias

from attrs import field, frozen

from incidentkit.errors import CommandInvalid, FieldInvalid, SchemeInvalid, SchemesDiffer, expect, shown
from incidentkit.model.identity import checked_name, checked_text
from incidentkit.model.severity import Severity, is_severity
from incidentkit.model.triage import Triage
from incidentkit.text.printed import PrintedAsCall

Value: TypeAlias = bool | int | float | str | timedelta
"""What was known of a fact, as an event keeps it; a severity by its key, a clock by what it showed."""


def _facts(facts: Mapping[str, Value]) -> dict[str, Value]:
    """A copy of what was known, in which every value can be kept."""
    known = dict(expect(Mapping, facts, CommandInvalid, "what is known is a mapping by name"))
    for name, value in known.items():
        checked_value("facts", checked_name("facts", name), value)
    return known


def checked_value(what: str, name: str, value: Any) -> None:
    """A value that an event can keep; `FieldInvalid` names ``what`` it stands in."""
    if isinstance(value, str):
        checked_text(what, value)
    elif not isinstance(value, bool | int | float | timedelta) or not _is_finite(value):
        raise FieldInvalid(what, f"{name} is {shown(value)}, which no event can keep")


def _row(possible: Iterable[Severity[Any]]) -> tuple[Severity[Any], ...]:
    return tuple(possible)


def _is_order(possible: tuple[object, ...]) -> bool:
    """Whether these are severities of one scheme, each milder than the one before."""
    try:
        return len(possible) > 0 and all(map(is_severity, possible)) and _is_falling(possible)
    except (SchemesDiffer, SchemeInvalid):
        return False


def _is_falling(possible: tuple[Any, ...]) -> bool:
    _ = possible[0].scheme
    return all(milder < worse for worse, milder in pairwise(possible))


def _is_finite(value: Any) -> bool:
    """Whether it is no number that nobody could write down."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, timedelta) or bool(abs(value) <= float_info.max)


@frozen(kw_only=True)
class Assessment(PrintedAsCall):
    """What a triage said, or the severity that a person chose."""

    severity: Severity[Any]
    possible: tuple[Severity[Any], ...] = field(converter=_row)
    """Worst first; one alone is certain."""
    facts: Mapping[str, Value] = field(factory=dict[str, Value], converter=_facts, hash=False)
    because: str = ""
    """The rule that decided, in words; empty while several might."""

    def __attrs_post_init__(self) -> None:
        if not _is_order(self.possible):
            raise FieldInvalid("possible", f"severities of one scheme, worst first, not {shown(self.possible)}")
        if not is_severity(self.severity) or self.severity != self.possible[0]:
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
