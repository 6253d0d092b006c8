"""Running tests, those of a change and those of a system that runs."""

from __future__ import annotations

from typing import Protocol

from attrs import field, frozen
from attrs.validators import optional

from incidentkit.errors import capped
from incidentkit.model.identity import IncidentId
from incidentkit.providers.answer import Answer, Diagnosis
from incidentkit.providers.values import is_choice, is_count


@frozen(kw_only=True)
class RunTests:
    """Run tests."""

    incident: IncidentId
    """Which incident it is asked for."""
    suite: str = field(default="", validator=is_choice)
    """Which ones, such as ``smoke``; empty for all."""
    environment: str = field(default="", validator=is_choice)
    """Against what, such as ``production``; empty for the program as it is where it is changed."""


@frozen(kw_only=True)
class SuiteResult:
    """What came of tests."""

    healthy: bool | None = None
    """Whether all passed; `None` if that cannot be told."""
    passed: int | None = field(default=None, validator=optional(is_count))
    """How many passed; `None` if the runner does not say."""
    failed: int | None = field(default=None, validator=optional(is_count))
    """How many failed; `None` if the runner does not say."""
    output: bytes = field(default=b"", converter=capped, repr=False)
    """What the tool said, as it said it, up to `incidentkit.errors.LARGEST_OUTPUT` bytes."""


class TestRunner(Protocol):
    """Something that runs tests.

    Every method may be ``def`` or ``async def``. Failures are raised, as the errors of `incidentkit.errors` below
    `ProviderError`; their type says whether it is worth trying again.
    """

    def run(self, request: RunTests, /) -> Answer[SuiteResult]:
        """Run tests, and return when all have ended.

        Tests that fail are an answer, and no error. Raises `NotFound` for a suite or an environment that there is not.
        """
        ...

    def diagnose(self) -> Answer[Diagnosis]:
        """Whether running tests would work now. Changes nothing."""
        ...


setattr(TestRunner, "__test__", False)  # noqa: B010  # tells pytest that it is none of its tests; no part of the protocol
