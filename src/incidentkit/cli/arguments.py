"""What people type behind a command, understood."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from incidentkit.errors import CommandInvalid, shown
from incidentkit.model.durations import parse_duration

V = TypeVar("V")


def add_database(parser: ArgumentParser) -> None:
    """Say which database it is about."""
    parser.add_argument(
        "database",
        metavar="DATABASE",
        help="where incidents are kept: sqlite:///incidents.db, or postgresql://user@host/database",
    )


def add_incident(parser: ArgumentParser) -> None:
    """Say which incident it is about."""
    parser.add_argument("incident", metavar="INCIDENT", help="its id, such as INC-7")


def add_by(parser: ArgumentParser) -> None:
    """Say who it is that says so."""
    parser.add_argument("--by", metavar="PERSON", help="who says so, as the directory calls them; else your login name")


def add_playbook(parser: ArgumentParser) -> None:
    """Say by which playbook."""
    parser.add_argument("--playbook", metavar="TOML", type=Path, help="the playbook; EMERGENCY if not given")


def add_directory(parser: ArgumentParser, directory: str) -> None:
    """Say for which people."""
    parser.add_argument("--directory", metavar="TOML", type=Path, help=f"people and roles; {directory}")


def add_rules(parser: ArgumentParser, *, directory: str) -> None:
    """Say by which playbook, and for which people."""
    add_playbook(parser)
    add_directory(parser, directory)


def add_own_rules(parser: ArgumentParser, *, directory: str) -> None:
    """Say by which playbook an incident goes if the database does not have its own, and for which people."""
    words = "the playbook, if the database does not have the incident's own; then EMERGENCY if not given"
    parser.add_argument("--playbook", metavar="TOML", type=Path, help=words)
    add_directory(parser, directory)


def add_choice(parser: ArgumentParser) -> None:
    """Say of which severity incidents are, and between which moments they were declared."""
    parser.add_argument("--severity", metavar="SEV-2", action="append", help="only those of that severity")
    parser.add_argument(
        "--since", metavar="TIME|DAY|24h", type=moment_or_ago, help="declared then or later; days are those of UTC"
    )
    parser.add_argument("--before", metavar="TIME|DAY|24h", type=moment_or_ago, help="declared earlier")


def person(by: str | None) -> str:
    """Who says so: whoever was named, or whoever is logged in."""
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # nobody of that number has a name here
        raise CommandInvalid("who says so is not known here: name them with --by") from None


def once(option: str, pairs: Iterable[tuple[str, V]]) -> dict[str, V]:
    """Pairs as a mapping, in which nothing is said twice."""
    mapping: dict[str, V] = {}
    for name, value in pairs:
        if name in mapping:
            raise CommandInvalid(f"{option} says twice what {shown(name)} is")
        mapping[name] = value
    return mapping


def pair(text: str) -> tuple[str, str]:
    """Read ``NAME=VALUE``."""
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise ArgumentTypeError(f"{shown(text)} is not of the form NAME=VALUE")
    return name, value


def pair_with(understand: Callable[[str], V]) -> Callable[[str], tuple[str, V]]:
    """Read ``NAME=VALUE``, and the value in it."""

    def understood(text: str) -> tuple[str, V]:
        name, value = pair(text)
        return name, understand(value)

    return understood


def duration(text: str) -> timedelta:
    """Read a length of time such as ``30min``."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def moment(text: str) -> datetime:
    """Read a time with its zone."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{shown(text)} is no time such as 2026-03-02T02:10:00+00:00") from None
    if start.tzinfo is None:
        raise ArgumentTypeError(f"{shown(text)} has no time zone: write it like 2026-03-02T02:10:00+00:00")
    return start


def moment_or_ago(text: str) -> datetime | timedelta:
    """Read a time, a day, which is its beginning in UTC, or how long ago it was."""
    for understand in (parse_duration, _beginning):
        try:
            return understand(text)
        except ValueError:
            pass
    return moment(text)


def moment_before(now: datetime, given: datetime | timedelta | None) -> datetime | None:
    """The time that `moment_or_ago` read, if any was given."""
    try:
        return now - given if isinstance(given, timedelta) else given
    except OverflowError:
        raise CommandInvalid("that is before the beginning of the calendar") from None


def _beginning(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), UTC)


def end_of_day(text: str) -> datetime:
    """Read a day, and give the moment at which it ends in UTC."""
    try:
        return _beginning(text) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{shown(text)} is no day such as 2026-04-01") from None


def pause(text: str) -> timedelta:
    """Read a length of time to wait, which is some."""
    length = duration(text)
    if length <= timedelta():
        raise ArgumentTypeError(f"{shown(text)} is no pause: write one like 1s")
    return length


def number(text: str) -> int:
    """Read a whole number from 1 on."""
    if not (text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise ArgumentTypeError(f"{shown(text)} is no number from 1 on")
    return int(text)
