"""Breaches: a law that does not hold, with the smallest case that shows it, as a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, LawsBroken, shown
from incidentkit.model.severity import is_severity
from incidentkit.model.vocabulary import AnyFact, Facts
from incidentkit.policy.finding import Code
from incidentkit.policy.law import Law
from incidentkit.testing.checks.traceback import ON_PURPOSE
from incidentkit.text.document import Block, Document, Heading, Paragraph, Table, Words
from incidentkit.text.document import Code as Literally
from incidentkit.text.plain import to_plain

__tracebackhide__: Final = ON_PURPOSE

EXAMPLES: Final = 500
"""Complete sets of facts that are decided in every way that there is, unless told otherwise."""

MOST_TOLD: Final = 10
"""Breaches of one law that a report shows; the error has all of them."""


@frozen(kw_only=True)
class Breach:
    """One breach of a law."""

    law: Law | Code
    """The law; what the linter finds as well has the linter's code."""
    where: str
    """What breaks it, such as ``rule 3`` or the name of a fact."""
    what: str
    """How, in one sentence."""
    cases: tuple[Facts, ...] = ()
    """The smallest facts that show it: one set, or two of which the second is the worse; unknown ones do not matter."""
    table: Table | None = field(default=None, repr=False)
    """The same for people."""
    rest: str = field(default="", repr=False)
    """What the table leaves out because it would be too long, in one sentence."""

    @property
    def document(self) -> Document:
        """The sentence, the table, and what that leaves out; a finding of the linter is a line of a table."""
        if self.is_plain:
            return Document((_places([self]),))
        table = () if self.table is None else (self.table,)
        return Document((Paragraph(self.what), *table, *((Paragraph(self.rest),) if self.rest else ())))

    @property
    def is_plain(self) -> bool:
        """Whether it is a finding of which there is nothing to show but its place and its sentence."""
        return isinstance(self.law, Code) and self.table is None

    def __str__(self) -> str:
        return f"{self.law}: {self.what}"


def hold(what: str, breaches: Iterable[Breach], note: str = "") -> None:
    """Raise `LawsBroken` with everything that was found wrong, if anything was; a note comes below it."""
    found = tuple(breaches)
    if found:
        below = (Paragraph(note),) if note else ()
        raise LawsBroken(to_plain(Document((*_report(what, found), *below))), found)


def _report(what: str, breaches: Sequence[Breach]) -> Iterator[Block]:
    laws = dict.fromkeys(breach.law for breach in breaches)
    count = "1 law does" if len(laws) == 1 else f"{len(laws)} laws do"
    yield Paragraph(f"{count} not hold for {what}.")
    for law, group in groupby(sorted(breaches, key=lambda each: [*laws].index(each.law)), lambda each: each.law):
        same = [*group]
        yield Heading(f"{law}: {law.meaning}")
        few = same[:MOST_TOLD]
        if plain := [breach for breach in few if breach.is_plain]:
            yield _places(plain)
        for breach in (each for each in few if not each.is_plain):
            yield from breach.document.blocks
        if len(same) > MOST_TOLD:
            yield Paragraph(f"And {len(same) - MOST_TOLD} more of this kind.")


def _places(breaches: Iterable[Breach]) -> Table:
    """A line for each: where it is, and what."""
    return Table(("where", "what"), [(Literally(each.where), each.what) for each in breaches])


def checked_examples(examples: int) -> int:
    """How many sets of facts are looked at; `FieldInvalid` for none."""
    if type(examples) is not int or examples < 1:
        raise FieldInvalid("examples", f"one set of facts or more is looked at, not {shown(examples)}")
    return examples


def said(fact: AnyFact, value: Any) -> str:
    """A value as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    return value.key if is_severity(value) else fact.text(value)


def compared(fact: AnyFact, threshold: Any) -> str:
    """The part of a sentence that says which sides of a threshold there are."""
    sides = "" if isinstance(threshold, str) else "below, at or above "
    return f"{fact.name} is {sides}{said(fact, threshold)}"


def fact_rows(facts: Iterable[AnyFact], sides: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Words, ...]]:
    """A row for each fact that is known on one of the sides: its question, and what is known of it on each."""
    for fact in facts:
        if any(fact.name in side for side in sides):
            yield (
                fact.question,
                *(said(fact, side[fact.name]) if fact.name in side else "whatever" for side in sides),
            )
