"""The reference test runner: tests that pass or fail as they were told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, TypeAlias

from incidentkit.errors import Misconfigured, ProviderError, expect
from incidentkit.memory.deployments import PRODUCTION
from incidentkit.memory.tool import MemoryTool, names
from incidentkit.providers.test_runner import RunTests, SuiteResult

Check: TypeAlias = bool | Callable[[], bool]
"""Whether a test passes: always, never, or as what is called says at that moment."""


class MemoryTestRunner(MemoryTool):
    """A `TestRunner` of suites, each of them tests by name.

    It runs the same tests in every environment that it knows.
    """

    name: ClassVar[str] = "test-runner"

    def __init__(
        self,
        suites: Mapping[str, Mapping[str, Check]] | None = None,
        *,
        environments: Iterable[str] = (PRODUCTION,),
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        words = "suites are tests by name, by the name of the suite"
        given = expect(Mapping, suites or {}, Misconfigured, words)
        self._suites = {name: dict(expect(Mapping, suite, Misconfigured, words)) for name, suite in given.items()}
        self._environments = names(environments, "the environments")

    def run(self, request: RunTests, /) -> SuiteResult:
        """Run the tests of a suite, or of all of them."""
        return self._read(request, lambda: self._run(request))

    def _run(self, request: RunTests) -> SuiteResult:
        if request.environment:
            self._find("environment", request.environment, self._environments, "run")
        if request.suite:
            self._find("suite", request.suite, self._suites, "run")
        suites = [self._suites[request.suite]] if request.suite else [*self._suites.values()]
        passed = {name: check() if callable(check) else check for suite in suites for name, check in suite.items()}
        failed = [name for name, passes in passed.items() if not passes]
        return SuiteResult(
            healthy=not failed,
            passed=len(passed) - len(failed),
            failed=len(failed),
            output="".join(f"{name} failed\n" for name in failed).encode(),
        )
