"""What is different between two versions of a playbook: a value, and a text for those who decide by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from attrs import evolve, frozen

from incidentkit.policy.wording import label_of
from incidentkit.text.document import Block, Bullets, Code, Document, Heading, Inline, Paragraph, Strong, Text
from incidentkit.text.plain import to_plain

LONGEST_SHOWN: Final = 160
"""Characters of a long text that are shown, from a little before the first that is different."""

BEFORE_IT: Final = 40
"""How many of them stand before that, at the most."""


class Part(StrEnum):
    """What of a playbook is different, in the order in which it is told."""

    OBLIGATIONS = "obligations"
    """What it wants in an incident, whatever makes it want that; by the id that stands in the log."""
    SEVERITIES = "severities"
    RULES = "rules"
    TREES = "trees"
    FACTS = "facts"
    TEMPLATES = "templates"
    RUNBOOKS = "runbooks"
    """By the name of a runbook and of its step."""
    POLICIES = "policies"
    """Everything else, as documents hold it."""


_TITLES: Final = {
    Part.OBLIGATIONS: "What it wants",
    Part.SEVERITIES: "Severities and targets",
    Part.RULES: "Severity rules",
    Part.TREES: "Decision trees",
    Part.FACTS: "Facts",
    Part.TEMPLATES: "Templates",
    Part.RUNBOOKS: "Runbooks",
    Part.POLICIES: "Policies, as they are written",
}


class ChangeKind(StrEnum):
    """How something is different."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"


@frozen(kw_only=True)
class Change:
    """Something that is different."""

    part: Part
    where: str
    """What it is part of: the id of an obligation, the key of a severity, the condition of a rule, a name."""
    what: str = ""
    """The field, or ``order`` for that of several; empty for all of it, which is new or gone then."""
    before: str | None
    """What it was, in words; `None` if it was not there."""
    after: str | None
    """What it is, in words; `None` if it is there no more."""

    @property
    def kind(self) -> ChangeKind:
        """Whether it is new, gone or changed."""
        if self.before is None:
            return ChangeKind.NEW
        return ChangeKind.GONE if self.after is None else ChangeKind.CHANGED

    @property
    def mirrored(self) -> Change:
        """The same the other way round."""
        return evolve(self, before=self.after, after=self.before)


@frozen(kw_only=True)
class PlaybookDiff:
    """What is different between two playbooks; false if nothing is; printed, a list for each part.

    What the playbooks want is told by effect first, so what makes several obligations different stands with each of
    them, and once more as it is written.
    """

    before: str
    """The reference of the one."""
    after: str
    """That of the other."""
    changes: tuple[Change, ...]
    """Part by part."""

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, part: Part, kind: ChangeKind | None = None) -> tuple[Change, ...]:
        """The changes of a part, of one kind or of all."""
        return tuple(each for each in self.changes if each.part is part and kind in (None, each.kind))

    def to_document(self) -> Document:
        """For people."""
        return Document(self._blocks())

    def __str__(self) -> str:
        return to_plain(self.to_document())

    def _blocks(self) -> Iterator[Block]:
        yield Heading(f"From {self.before} to {self.after}", level=1)
        yield Paragraph(self._in_short())
        for part in Part:
            if changes := [change for kind in ChangeKind for change in _together(self.of(part, kind))]:
                yield Heading(_TITLES[part])
                yield Bullets(map(_line, changes))

    def _in_short(self) -> str:
        if not self:
            return "Nothing is different."
        ids = {kind: {each.where for each in self.of(Part.OBLIGATIONS, kind)} for kind in ChangeKind}
        counts = ", ".join(f"{len(ids[kind])} {kind}" for kind in ChangeKind if ids[kind])
        return f"Of what it wants: {counts}." if counts else "It wants the same, in the same cases."


def _together(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, those of several obligations as one if they say the same."""
    where: dict[Change, list[str]] = {}
    for each in changes:
        is_of_many = each.part is Part.OBLIGATIONS and each.kind is ChangeKind.CHANGED
        where.setdefault(evolve(each, where="") if is_of_many else each, []).append(each.where)
    return (evolve(each, where=", ".join(several)) for each, several in where.items())


def _line(change: Change) -> Iterator[Inline]:
    """What is different, and how, in one line."""
    before, after = change.before or "", change.after or ""
    if change.kind is not ChangeKind.CHANGED:
        yield Strong(change.kind)
        yield Text(": ")
    if change.where:
        yield Strong(change.where)
        yield Text(", " if change.what else ": ")
    if change.what:
        yield Text(f"{label_of(change.what)}: ")
    if change.before is not None:
        yield Code(_excerpt(before, after))
    if change.kind is ChangeKind.CHANGED:
        yield Strong(" becomes ")
    if change.after is not None:
        yield Code(_excerpt(after, before))


def _excerpt(text: str, other: str) -> str:
    """What can be shown of a text, so that it can be seen where the other one is different."""
    if len(text) <= LONGEST_SHOWN:
        return text
    pairs = zip(text, other, strict=False)
    alike = next((place for place, (one, two) in enumerate(pairs) if one != two), min(len(text), len(other)))
    begin = min(max(0, alike - BEFORE_IT), len(text) - LONGEST_SHOWN) if other else 0
    end = begin + LONGEST_SHOWN
    return f"{'... ' if begin else ''}{text[begin:end]}{' ...' if end < len(text) else ''}"
