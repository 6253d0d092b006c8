"""What the exit code of a tool says: one table, which an operator can override for a tool that has its own."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import frozen

from incidentkit.errors import (
    Misconfigured,
    OutcomeUnknown,
    PermissionDenied,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RequestInvalid,
)


class Verdict(StrEnum):
    """What an exit code says that is no failure of the tool."""

    DONE = "done"
    """It did what it was asked."""
    HEALTHY = "healthy"
    """It did, and what it looked at is well."""
    UNHEALTHY = "unhealthy"
    """It did, and what it looked at is not well."""


ExitMeaning: TypeAlias = Verdict | type[ProviderError]
"""What an exit code says: a verdict, or the class of the error that is raised."""


@frozen
class Row:
    """What an ending says of each kind of operation."""

    check: ExitMeaning
    """Of one that answers whether something is well, such as ``health_check.check``."""
    read: ExitMeaning
    """Of another that changes nothing."""
    change: ExitMeaning

    @classmethod
    def of_all(cls, meaning: ExitMeaning) -> Row:
        """It says the same of each."""
        return cls(meaning, meaning, meaning)


_INTERRUPTED: Final = Row(ProviderUnavailable, ProviderUnavailable, OutcomeUnknown)
_TOO_LONG: Final = Row(ProviderTimeout, ProviderTimeout, OutcomeUnknown)

EXIT_CODES: Final[Mapping[int, Row]] = {
    0: Row(Verdict.HEALTHY, Verdict.DONE, Verdict.DONE),
    1: Row(Verdict.UNHEALTHY, ProviderError, ProviderError),
    2: Row.of_all(RequestInvalid),  # what most programs say of options that they do not know
    64: Row.of_all(RequestInvalid),  # EX_USAGE of sysexits.h, and so on
    69: Row.of_all(ProviderUnavailable),  # EX_UNAVAILABLE
    75: Row.of_all(ProviderUnavailable),  # EX_TEMPFAIL
    77: Row.of_all(PermissionDenied),  # EX_NOPERM
    78: Row.of_all(Misconfigured),  # EX_CONFIG
    124: _TOO_LONG,  # of `timeout`, when it ended what it ran
    126: Row.of_all(Misconfigured),  # of a shell, for what may not be executed
    127: Row.of_all(Misconfigured),  # of a shell, for what it does not find
    130: _INTERRUPTED,  # of a shell, when what it ran was ended by SIGINT, and so on: 128 and the signal
    134: _INTERRUPTED,  # SIGABRT
    137: _INTERRUPTED,  # SIGKILL, as by a system that has run out of memory
    139: _INTERRUPTED,  # SIGSEGV
    143: _INTERRUPTED,  # SIGTERM
}
"""By exit code. Other signals are left out: git says 128 of what went wrong, and 129 of options it does not know."""

ANY_OTHER: Final = Row.of_all(ProviderError)
"""A tool that fails says that it did not do what it was asked; whether to try again is for people who read why."""

KILLED: Final = _INTERRUPTED
"""A signal ended it, which was not ours, or nobody can tell how it ended."""

OVERRAN: Final = _TOO_LONG
"""It ran for longer than it may."""
