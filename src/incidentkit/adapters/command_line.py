"""A tool of the playbook as an operator has it: its command line, and what its program may take and say."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

from attrs import Attribute, evolve, field, frozen

from incidentkit.adapters.answers import A, answer_of
from incidentkit.adapters.exit_codes import ANY_OTHER, EXIT_CODES, KILLED, OVERRAN, ExitMeaning, Row, Verdict
from incidentkit.adapters.process import Command, Ending, Exited, Killed, Lost, NotBegun, Overran, Run
from incidentkit.errors import (
    DocumentInvalid,
    FieldInvalid,
    Misconfigured,
    OutcomeUnknown,
    PermissionDenied,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RequestInvalid,
    Where,
    expect,
    shown,
)
from incidentkit.model.identity import is_keepable
from incidentkit.providers.answer import Diagnosis
from incidentkit.providers.database import DatabaseStatus, ReplicaStatus
from incidentkit.providers.health_checks import Health
from incidentkit.providers.metrics import WatchMetrics
from incidentkit.providers.test_runner import SuiteResult
from incidentkit.providers.tools import Operation, Tool, ToolRequest, operation
from incidentkit.providers.tracker import FindTickets, FoundTickets

CHECKS: Final = (Health, SuiteResult, DatabaseStatus, ReplicaStatus)
"""The answers for which the exit code says whether all is well."""

INCIDENT: Final = "INCIDENTKIT_INCIDENT"
"""The variable that tells a program which incident it is run for."""

KEY: Final = "INCIDENTKIT_KEY"
"""The variable that tells a program which change it is asked for: the same key is the same change."""


LARGEST_CODE: Final = 255
"""The largest exit code that a program can end with."""


LONGEST_PROGRAM: Final = 200
"""Characters up to which a program is shown in a message: what its path ends with is what one looks for."""


def _are_words(line: CommandLine, attribute: Attribute[Any], words: tuple[str, ...]) -> None:
    if not words or not words[0].strip():
        raise Misconfigured(f"{line.tool.variable}: a command line begins with a program")
    if not all(map(is_keepable, words)):
        raise Misconfigured(f"{line.tool.variable}: a command line holds no NUL, and no half of a surrogate pair")


def _are_variables(line: CommandLine, attribute: Attribute[Any], variables: object) -> None:
    """What is wrong with them is said without their values, since these may be secrets."""
    if variables is None:
        return
    given = expect(Mapping, variables, Misconfigured, "an environment is a mapping of texts")
    for name, value in cast(Mapping[object, object], given).items():
        if not (isinstance(name, str) and isinstance(value, str)) or not name or {"=", "\0"} & {*name} or "\0" in value:
            raise Misconfigured(f"environment: {shown(name)} is no variable, or its value is no text without a NUL")


def _is_length(line: CommandLine, attribute: Attribute[Any], length: object) -> None:
    if not isinstance(length, timedelta) or length <= timedelta():
        what = f"{line.tool.variable}: the {attribute.name} of a program"
        raise Misconfigured(f"{what} is a timedelta above zero, not {shown(length)}")


def _are_exit_codes(line: CommandLine, attribute: Attribute[Any], meanings: object) -> None:
    variable = line.tool.variable
    given = expect(Mapping, meanings, Misconfigured, f"{variable}: what exit codes mean is a mapping by code")
    for code, meaning in cast(Mapping[object, object], given).items():
        if type(code) is not int or not 0 <= code <= LARGEST_CODE:
            raise Misconfigured(f"{variable}: {shown(code)} is no exit code from 0 to {LARGEST_CODE}")
        if not isinstance(meaning, Verdict) and not _is_kind_of_error(meaning):
            problem = f"exit code {code} means a Verdict, or a class of errors below ProviderError"
            raise Misconfigured(f"{variable}: {problem}, not {shown(meaning)}")


def _is_kind_of_error(meaning: object) -> bool:
    return isinstance(meaning, type) and issubclass(meaning, ProviderError)


def _directory(directory: str | os.PathLike[str] | None) -> Path | None:
    if directory is None:
        return None
    try:
        path = Path(directory)
    except TypeError:
        raise Misconfigured(f"the directory of programs is a path, not {shown(directory)}") from None
    if not is_keepable(str(path)):
        raise Misconfigured(f"the directory of programs is a path, and {shown(directory)} is none")
    return path


@frozen(kw_only=True)
class CommandLine:
    """How to run the program of a tool. Raises `Misconfigured` for what makes no sense."""

    tool: Tool
    words: tuple[str, ...] = field(validator=_are_words, repr=False)
    """The program, and the arguments that stand before those of the playbook; they may hold secrets."""
    environment: Mapping[str, str] | None = field(validator=_are_variables, repr=False)
    """Its variables; `None` for those of this program."""
    directory: Path | None = field(converter=_directory)
    """Where it runs; `None` for where this program does."""
    limit: timedelta = field(validator=_is_length)
    """How long it may run."""
    grace: timedelta = field(validator=_is_length)
    """How long it may take to end then."""
    exit_codes: Mapping[int, ExitMeaning] = field(validator=_are_exit_codes)
    """What its exit codes say, where that is something else than usual."""

    @property
    def program(self) -> str:
        """What it runs, for messages."""
        return f"{shown(self.words[0], LONGEST_PROGRAM)} of {self.tool.variable}"

    def errand(self, method: str, request: ToolRequest) -> Errand:
        """What to run for a request; raises `RequestInvalid` for what cannot stand in a command line."""
        asked = operation(f"{self.tool.slot}.{method}")
        try:
            arguments = asked.arguments_of(request)
        except FieldInvalid as error:
            raise RequestInvalid(str(error), provider=self.tool.slot, operation=method) from error
        if not all(map(is_keepable, arguments)):
            problem = "a command line holds no NUL, and no half of a surrogate pair"
            raise RequestInvalid(problem, provider=self.tool.slot, operation=method)
        watching = request.duration if isinstance(request, WatchMetrics) else timedelta()
        command = Command(
            words=(*self.words, *arguments),
            environment={**self._environment(), **_identity(request)},
            directory=self.directory,
            limit=min(self.limit, timedelta.max - watching) + watching,
            grace=self.grace,
        )
        return Errand(line=self, operation=asked, request=request, command=command)

    def _environment(self) -> dict[str, str]:
        """The variables of the program, without what was said of another errand."""
        given = os.environ if self.environment is None else self.environment
        return {name: value for name, value in given.items() if name not in (INCIDENT, KEY)}

    def diagnosis(self) -> Diagnosis:
        """Whether the program is there and may be executed. It is not run."""
        if self.directory is not None and not self.directory.is_dir():
            return Diagnosis(healthy=False, problem=f"{self.program} is to run in {self.directory}, which is no folder")
        program = self.words[0]
        if "/" in program and self.directory is not None:
            program = str(self.directory / program)
        if shutil.which(program, path=self._environment().get("PATH", os.defpath)) is None:
            return Diagnosis(healthy=False, problem=f"{self.program} is not found, or may not be executed")
        return Diagnosis(healthy=True)


def _identity(request: ToolRequest) -> dict[str, str]:
    """What a request tells a program beside its arguments; one that only reads has no key."""
    key: str | None = getattr(request, "key", None)
    return {INCIDENT: request.incident} | ({} if key is None else {KEY: key})


@frozen(kw_only=True)
class Errand:
    """A request that a program is run for."""

    line: CommandLine
    operation: Operation
    request: ToolRequest
    command: Command

    def answer(self, run: Run, kind: type[A]) -> A:
        """What the program answered; raises the `ProviderError` that its end stands for."""
        meaning, problem = self._meaning(run.ending)
        if not isinstance(meaning, Verdict):
            raise self._error(meaning, problem, run)
        try:
            answer = answer_of(kind, run.answer, run.output, meaning, self.operation.name)
        except DocumentInvalid as error:
            raise self._error(ProviderError, f"{self.line.program} answered with {error.problem}", run) from error
        return self._cut(answer)

    def _meaning(self, ending: Ending) -> tuple[ExitMeaning, str]:
        """What an ending says, and what there is to say about it if it is an error."""
        match ending:
            case NotBegun(reason):
                return _fault(reason, self.line)
            case Exited(code):
                meaning = self.line.exit_codes.get(code) or self._of(EXIT_CODES.get(code, ANY_OTHER))
                words = next((words for kind, words in _SAID.items() if _is_a(meaning, kind)), "failed")
            case Killed(signal):
                meaning, words = self._of(KILLED), f"was ended by signal {signal}"
            case Lost():
                meaning, words = self._of(KILLED), "has ended, and something else here has taken how it did"
            case Overran(limit):
                meaning, words = self._of(OVERRAN), f"ran for longer than {limit}, and was ended"
        return meaning, f"{self.line.program} {words}"

    def _of(self, row: Row) -> ExitMeaning:
        """What a row says of the operation."""
        if self.operation.changes:
            return row.change
        return row.check if self.operation.answer in CHECKS else row.read

    def _error(self, kind: type[ProviderError], problem: str, run: Run) -> ProviderError:
        status = run.ending.code if isinstance(run.ending, Exited) else None
        where = Where(provider=self.operation.slot, operation=self.operation.method, status=status, output=run.output)
        return kind(problem, **where)

    def _cut(self, answer: A) -> A:
        """The answer, without more than was asked for."""
        if not (isinstance(answer, FoundTickets) and isinstance(self.request, FindTickets)):
            return answer
        limit = self.request.limit
        return evolve(answer, tickets=answer.tickets[:limit], more=answer.more or len(answer.tickets) > limit)


def _is_a(meaning: ExitMeaning, kind: type[ProviderError]) -> bool:
    return not isinstance(meaning, Verdict) and issubclass(meaning, kind)


_SAID: Final[Mapping[type[ProviderError], str]] = {
    OutcomeUnknown: "was ended before it could say whether it did it",
    ProviderTimeout: "took too long",
    ProviderUnavailable: "says that it cannot work now",
    RequestInvalid: "does not accept what it was asked",
    PermissionDenied: "says that it may not do that",
    Misconfigured: "is not set up, or does not find what it needs",
}
"""What a program said by the error that its exit code stands for; of any other, that it failed."""


def _fault(reason: OSError | UnicodeEncodeError, line: CommandLine) -> tuple[type[ProviderError], str]:
    """Whose fault it is that a program cannot be begun, and what is wrong."""
    if isinstance(reason, UnicodeEncodeError):
        return RequestInvalid, f"{line.program} cannot be asked that in the encoding of this system"
    if line.directory is not None and str(reason.filename) == str(line.directory):
        return Misconfigured, f"{line.program} is to run in {line.directory}, which is no folder that it may enter"
    match reason.errno:
        case errno.E2BIG:
            return RequestInvalid, f"what {line.program} is asked is too long for a command line"
        case errno.ENOENT | errno.ENOTDIR | errno.ELOOP | errno.ENAMETOOLONG:
            return Misconfigured, f"{line.program} is not found, or the interpreter in its first line is not"
        case errno.EACCES | errno.EPERM:
            return Misconfigured, f"{line.program} may not be executed"
        case errno.ENOEXEC:
            return Misconfigured, f"{line.program} is no program: a script begins with '#!' and its interpreter"
        case _:
            return ProviderUnavailable, f"{line.program} could not be begun: {reason.strerror}"
