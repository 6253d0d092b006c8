"""The clock that providers go by unless they are given another one."""

from __future__ import annotations

from datetime import UTC, datetime


def system_clock() -> datetime:
    """The time by the clock of this machine, in UTC."""
    return datetime.now(UTC)
