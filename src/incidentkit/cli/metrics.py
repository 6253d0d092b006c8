"""``incidentkit metrics``: how long incidents took, by month and severity."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from incidentkit import convert
from incidentkit.cli.arguments import add_choice, moment_before
from incidentkit.cli.command import Command
from incidentkit.cli.database import Use, opened, reader
from incidentkit.cli.progress import Progress, progress_of
from incidentkit.cli.screen import screen_on
from incidentkit.cli.transfer import lines_of
from incidentkit.errors import CommandInvalid, DocumentInvalid, LogInvalid
from incidentkit.model.incident import Incident
from incidentkit.model.record import TrackRecord, track_record
from incidentkit.providers.records import LogRecord, Record

EPILOG: Final = """\
Practice, and incidents that were cancelled or merged, count for nothing.

examples:
  incidentkit metrics sqlite:///incidents.db
  incidentkit metrics exported.jsonl --since 2026-01-01 --severity SEV-1
  incidentkit metrics sqlite:///incidents.db --json
  incidentkit metrics sqlite:///incidents.db --page metrics.html
"""


def _add_options(parser: ArgumentParser) -> None:
    where = "where incidents are kept, or a file that 'export' wrote"
    parser.add_argument("source", metavar="DATABASE|FILE", help=where)
    add_choice(parser)
    parser.add_argument("--json", action="store_true", help="as JSON, with lengths such as 1h30min, and in seconds")
    parser.add_argument("--page", metavar="FILE", type=Path, help="put a page with charts there, as HTML")


def _run(options: Namespace, stream: TextIO) -> int:
    with _records(options.source) as (now, records), progress_of("reading") as show:
        is_meant = _choice(options, now)
        record = track_record(filter(is_meant, _incidents(records, options.source, show)))
    if options.page is not None:
        options.page.write_text(_page(record), encoding="utf-8")
    if options.json:
        stream.write(f"{convert.to_json(record)}\n")
    else:
        screen_on(stream, 0).page(record.to_document())
    return 0


def _choice(options: Namespace, now: datetime) -> Callable[[Incident], bool]:
    """Which incidents were asked for."""
    since, before = moment_before(now, options.since), moment_before(now, options.before)

    def is_meant(incident: Incident) -> bool:
        return (
            (options.severity is None or incident.severity.key in options.severity)
            and (since is None or since <= incident.declared_at)
            and (before is None or incident.declared_at < before)
        )

    return is_meant


def _page(record: TrackRecord) -> str:
    """A page with the charts and the table; they need the extra ``render``."""
    try:
        charts: Any = import_module("incidentkit.render.charts")
    except ModuleNotFoundError as error:
        if error.name not in ("altair", "vl_convert"):
            raise
        problem = "--page draws with altair, which is not installed: pip install 'incidentkit[render]'"
        raise CommandInvalid(problem) from None
    page: Callable[..., str] = import_module("incidentkit.render.html").html_page
    pictures = [charts.length_chart(record, length) for length in charts.Length]
    return page(*pictures, record.to_document(), title="How long incidents took")


@contextmanager
def _records(source: str) -> Generator[tuple[datetime, Iterable[Record]]]:
    """What time it is there, and all that is kept, one at a time."""
    if "://" in source:
        with opened(source, Use.READS) as store:
            yield store.now(), store.records()
    else:
        with lines_of(Path(source), source) as lines:
            yield datetime.now(UTC), reader()(lines, source=source)


def _incidents(records: Iterable[Record], source: str, show: Progress) -> Iterator[Incident]:
    for count, record in enumerate(records, 1):
        if isinstance(record, LogRecord):
            try:
                yield Incident.replay(record.events)
            except LogInvalid as error:
                raise DocumentInvalid(f"record {count}", str(error), source=source) from error
        show(count, None)


METRICS = Command(
    name="metrics",
    help="how long incidents took",
    description="Sums up how long incidents took until they were acknowledged, mitigated and resolved.",
    epilog=EPILOG,
    add_options=_add_options,
    run=_run,
)
