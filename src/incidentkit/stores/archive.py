"""Everything that a store keeps as lines of JSON: to move to another store, and to have a copy elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from incidentkit.convert import from_json, to_json
from incidentkit.errors import (
    DocumentInvalid,
    FieldInvalid,
    IncidentExists,
    LogInvalid,
    StoreMisconfigured,
    UnknownIncident,
)
from incidentkit.providers.records import KeepsRecords, Record

LONGEST_LINE: Final = 1_000_000_000
"""Characters of a line: a log is one line, however long it is."""

_RECORD: Any = Record


@frozen(kw_only=True)
class Imported:
    """What came of an import."""

    taken: Mapping[str, int] = field(hash=False)
    """How many records were taken in, by their kind: ``log``, ``number``, ``playbook`` and ``evidence``."""
    known: int
    """How many were there already."""


def export_lines(store: KeepsRecords) -> Iterator[str]:
    """The lines, one at a time, each with its end. They hold everything, secrets in the logs included."""
    _check_store(store)
    for record in store.records():
        yield f"{to_json(record)}\n"


def import_lines(
    store: KeepsRecords,
    lines: Iterable[str],
    *,
    source: str = "",
    progress: Callable[[int], object] | None = None,
) -> Imported:
    """Take in what `export_lines` gave, a line at a time.

    What is there already is left as it is, so an import that was interrupted is done again from the beginning.
    ``progress`` is called with the number of lines that are done. Raises `DocumentInvalid` for the first line that
    cannot be taken in; it names the line, ``source`` and what is wrong, and what stood before that line is kept.
    """
    _check_store(store)
    taken: Counter[str] = Counter()
    known = 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            record = _record(line, number, source)
            if _taken_in(store, record, number, source):
                taken[record.tag] += 1
            else:
                known += 1
        if progress is not None:
            progress(number)
    return Imported(taken=taken, known=known)


def read_lines(lines: Iterable[str], *, source: str = "") -> Iterator[Record]:
    """What `export_lines` gave, without a store to take it in; `DocumentInvalid` names the first line that is none."""
    return (_record(line, number, source) for number, line in enumerate(lines, 1) if line.strip())


def _check_store(store: object) -> None:
    if not isinstance(store, KeepsRecords):
        raise StoreMisconfigured(type(store).__name__, "it gives and takes no records: use a SqlStore of its database")


def _record(line: str, number: int, source: str) -> Record:
    try:
        record: Record = from_json(line, _RECORD, longest=LONGEST_LINE)
    except DocumentInvalid as error:
        raise DocumentInvalid(f"line {number}, {error.path}", error.problem, source=source) from error
    return record


def _taken_in(store: KeepsRecords, record: Record, number: int, source: str) -> bool:
    try:
        return store.take_in(record)
    except IncidentExists as error:
        problem = f"{error.incident} is there with another log: remove one of them, or import into an empty store"
        raise DocumentInvalid(f"line {number}", problem, source=source) from error
    except (FieldInvalid, LogInvalid, UnknownIncident) as error:
        raise DocumentInvalid(f"line {number}", str(error), source=source) from error
