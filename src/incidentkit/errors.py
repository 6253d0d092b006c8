"""Every exception of the library, and the help that their messages share.

::

    IncidentkitError
    ├── FactInvalid (ValueError)            a fact or a vocabulary is defined wrongly
    ├── UnknownFact (LookupError)           no fact has that name
    ├── FactValueInvalid (ValueError)       a value is not one that its fact can have
    ├── ConditionInvalid (ValueError)       a comparison that its fact does not allow, or nesting without end
    ├── ExpressionInvalid (ValueError)      text that is not a condition; names the column
    ├── CalendarInvalid (ValueError)        a support calendar without hours, zone or sense
    ├── SchemeInvalid (ValueError)          severities that do not make a scheme
    ├── UnknownSeverity (LookupError)       the scheme has no such severity
    ├── SchemesDiffer (TypeError)           severities of two schemes were put in order
    ├── RulesInvalid (ValueError)           severity rules that do not fit together
    ├── TreeInvalid (ValueError)            a decision tree that cannot be walked
    ├── PlaybookInvalid (ValueError)        parts that do not make a playbook
    │   ├── TemplateInvalid                 a message template with what is no field; names the place
    │   └── RunbookInvalid                  steps that do not make a runbook
    ├── UnknownTree (LookupError)           the playbook has no tree of that name
    ├── UnknownLevel (LookupError)          the playbook's escalation has no level of that name
    ├── UnknownObligation (LookupError)     the playbook wants nothing of that name that people can do or waive
    ├── UnknownRunbook (LookupError)        the playbook has no runbook of that name
    ├── UnknownRun (LookupError)            no runbook was started under that name
    ├── UnknownStep (LookupError)           the runbook has no step of that name
    ├── ParametersInvalid (ValueError)      values that the runbook does not take, or takes otherwise; names them
    ├── ToolsMissing (LookupError)          steps for which the desk has no tool; names them
    ├── ClosureBlocked (ValueError)         an incident that is not closed, because something is owed
    ├── UnknownPlaybook (LookupError)       the desk has no playbook of that reference
    ├── UnknownOperation (LookupError)      no tool of the playbook can do something of that name
    ├── DirectoryInvalid (ValueError)       people, teams, roles and schedules that make no directory; names the path
    ├── UnknownRecipient (LookupError)      the directory has no such person, team, role or schedule
    ├── ScheduleInvalid (ValueError)        an on-call schedule that leaves open who is on call; names the path
    ├── DeskInvalid (ValueError)            parts that do not make a desk
    ├── DrillInvalid (ValueError)           parts that do not make a drill
    ├── NightsLost (RuntimeError)           a process that had nights was ended from outside
    ├── RigInvalid (ValueError)             what checks of conformance are given and cannot use; names it
    ├── AnswerInvalid (ValueError)          an answer that the question does not offer
    ├── FieldInvalid (ValueError)           a field of a command or an event that cannot be kept; names it
    ├── IllegalTransition (ValueError)      a command that is not possible in the incident's status; says what is
    ├── TimesContradict (ValueError)        a time that what is known already rules out
    ├── CommandInvalid (ValueError)         a command that makes no sense for this incident
    │   ├── MayNotConfirm (PermissionError) somebody confirms what others have to confirm; says who
    │   └── StaleConfirmation               a step was tried since it was confirmed, or is not at that try yet
    ├── StaleVersion (ValueError)           a command or an append, based on an incident that has moved on since
    ├── LogInvalid (ValueError)             events that are not the log of one incident
    ├── UnknownIncident (LookupError)       the store has no such incident
    ├── IncidentExists (ValueError)         the store has that incident already
    ├── UnknownEvidence (LookupError)       the store has no evidence of that content
    ├── StoreError                          a store could not do what it was asked, and changed nothing
    │   ├── StoreUnavailable (ConnectionError)  not reached, busy or too slow: it may work another time
    │   ├── StoreFull (OSError)             no room is left: nothing is kept until there is
    │   ├── StoreReadOnly (PermissionError) it may be read, and not written to
    │   ├── StoreDamaged (ValueError)       what it holds cannot be read
    │   ├── StoreForeign (ValueError)       no store of this library is there, but something else
    │   ├── StoreOutdated (ValueError)      an earlier release made it, and nobody has upgraded it
    │   ├── StoreTooNew (ValueError)        a later release made it, or wrote into it
    │   └── StoreMisconfigured (ValueError) an address or a setting by which no store can be reached
    ├── DocumentInvalid (ValueError)        JSON, TOML or Markdown of the wrong shape; names the path
    ├── LawsBroken (AssertionError)         a check of rules, trees, policies or schedules found breaches of laws
    ├── LawsUndecided (UserWarning)         a check found nothing, and gave a search up; a warning
    ├── DecisionsDiffer (AssertionError)    rules or a tree decide otherwise than a table of examples says
    ├── DecisionsInvalid (ValueError)       a table of examples that cannot be read; names row and column
    └── ProviderError                       a system that was asked to do something did not do it
        │                                 transient: it may work another time
        ├── ProviderUnavailable (ConnectionError)
        ├── ProviderTimeout (TimeoutError)
        ├── RateLimited                     says when to come again
        │                                 outcome unknown: it may have happened
        ├── OutcomeUnknown
        │                                 permanent: the same request fails again
        ├── RequestInvalid (ValueError)
        ├── NotFound (LookupError)
        ├── Conflict
        ├── AlreadyExists
        ├── Unsupported
        │                                 access and settings: until somebody changes them
        ├── Unauthenticated (PermissionError)
        ├── PermissionDenied (PermissionError)  says which scopes are missing
        └── Misconfigured (ValueError)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import timedelta
from difflib import get_close_matches
from itertools import islice
from typing import Any, ClassVar, Final, TypedDict, TypeVar, Unpack

T = TypeVar("T")

__tracebackhide__: Final = True  # pytest: whoever was refused is of interest, and not these lines

LONGEST_MESSAGE = 600
"""Characters up to which a message is shown: hostile input cannot flood a log."""

_NO_LISTS: Final[Any] = (str, bytes, Mapping)
"""What can be gone through, but is meant as one value."""


class IncidentkitError(Exception):
    """Base of everything that this library raises on purpose.

    Errors can be pickled, as process pools need, and their messages have a limit.
    """

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[IncidentkitError], args: tuple[Any, ...], attributes: dict[str, Any]) -> IncidentkitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(attributes)
    return error


class FactInvalid(IncidentkitError, ValueError):
    """A fact or a vocabulary is defined wrongly: a name, bounds, options, or two facts of one name."""


class UnknownFact(IncidentkitError, LookupError):
    """No fact has that name; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        super().__init__(f"no fact is called {shown(name)}{listed(known)}. {nearest(name, known)}".rstrip())


class FactValueInvalid(IncidentkitError, ValueError):
    """A value is not one that its fact can have; `fact` is the fact's name."""

    def __init__(self, fact: str, problem: str) -> None:
        self.fact = fact
        super().__init__(f"{fact}: {problem}")


class ConditionInvalid(IncidentkitError, ValueError):
    """A comparison that its fact does not allow, or a condition nested deeper than the limit."""


class ExpressionInvalid(IncidentkitError, ValueError):
    """Text that is not a condition; `column` counts from 1 and `text` is the expression."""

    def __init__(self, text: str, column: int, problem: str) -> None:
        self.text = text
        self.column = column
        super().__init__(f"column {column} of {shown(text)}: {problem}")


class CalendarInvalid(IncidentkitError, ValueError):
    """A support calendar without hours, with an unknown zone, or a moment that it cannot place."""


class SchemeInvalid(IncidentkitError, ValueError):
    """Severities that do not make a scheme: too few, too many, or one key twice."""


class UnknownSeverity(IncidentkitError, LookupError):
    """The scheme has no severity of that key; `key` is what was asked for."""

    def __init__(self, key: str, known: Iterable[str]) -> None:
        self.key = key
        known = tuple(known)
        super().__init__(f"no severity is called {shown(key)}{listed(known)}. {nearest(key, known)}".rstrip())


class SchemesDiffer(IncidentkitError, TypeError):
    """Severities of two schemes were put in order, which has no answer."""


class RulesInvalid(IncidentkitError, ValueError):
    """Severity rules that do not fit together, such as severities of two schemes."""


class TreeInvalid(IncidentkitError, ValueError):
    """A decision tree that cannot be walked: a missing branch, an answer nobody can give, a cycle."""


class PlaybookInvalid(IncidentkitError, ValueError):
    """Parts that do not make a playbook: something else than rules and trees."""


class TemplateInvalid(PlaybookInvalid):
    """A message template with anything else in braces than known fields, too long, or not for the public.

    `path` is the place in what was being made, such as ``sections[2].lines.Status``. `name` is the field that is
    refused, as it was written; empty where it is no field that is wrong.
    """

    def __init__(self, problem: str, path: str = "", name: str = "") -> None:
        self.path = path
        self.name = name
        self.problem = problem
        super().__init__(f"{path}: {problem}" if path else problem)


class UnknownTree(IncidentkitError, LookupError):
    """The playbook has no tree of that name; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        super().__init__(f"no tree is called {shown(name)}{listed(known)}. {nearest(name, known)}".rstrip())


class UnknownLevel(IncidentkitError, LookupError):
    """The playbook's escalation has no level of that name; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        super().__init__(f"no level is called {shown(name)}{listed(known)}. {nearest(str(name), known)}".rstrip())


class RunbookInvalid(PlaybookInvalid):
    """Steps that do not make a runbook: a step without a tool, a parameter that nobody gives, runbooks in a circle."""


class UnknownRunbook(IncidentkitError, LookupError):
    """The playbook has no runbook of that name; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        super().__init__(f"no runbook is called {shown(name)}{listed(known)}. {nearest(str(name), known)}".rstrip())


class UnknownRun(IncidentkitError, LookupError):
    """No runbook was started under that name; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        super().__init__(f"nothing was started as {shown(name)}{listed(known)}. {nearest(str(name), known)}".rstrip())


class UnknownStep(IncidentkitError, LookupError):
    """The runbook has no step of that name; `name` is what was asked for."""

    def __init__(self, runbook: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        problem = f"{runbook} has no step that is called {shown(name)}{listed(known)}"
        super().__init__(f"{problem}. {nearest(str(name), known)}".rstrip())


class ParametersInvalid(IncidentkitError, ValueError):
    """Values that the runbook does not take, or takes otherwise; `problems` has what is wrong, by parameter."""

    def __init__(self, runbook: str, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(f"{runbook}: {'; '.join(f'{name}: {problem}' for name, problem in problems.items())}")


class ToolsMissing(IncidentkitError, LookupError):
    """Steps for which the desk has no tool; `steps` has the slot that each of them needs."""

    def __init__(self, runbook: str, steps: Mapping[str, str]) -> None:
        self.steps = dict(steps)
        needed = ", ".join(f"{step!r} needs {slot}" for step, slot in steps.items())
        names = ", ".join(map(repr, steps))
        super().__init__(f"{runbook}: {needed}. Give the desk that tool, or start it with by_hand=[{names}]")


class UnknownObligation(IncidentkitError, LookupError):
    """The playbook wants nothing of that name that people can do or waive; `name` is what was asked for."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        known = tuple(known)
        problem = f"nothing that people can do or waive is called {shown(name)}{listed(known)}"
        super().__init__(f"{problem}. {nearest(str(name), known)}".rstrip())


class ClosureBlocked(IncidentkitError, ValueError):
    """An incident that is not closed, because something is owed: `owed` has what, by the names to waive it under."""

    def __init__(self, incident: str, owed: Iterable[str], reasons: Iterable[str]) -> None:
        self.owed = tuple(owed)
        what = "; ".join(reasons)
        super().__init__(f"{incident} is not closed: {what}. Do it, or close with waivers, each with a reason")


class UnknownPlaybook(IncidentkitError, LookupError):
    """The desk has no playbook of that reference; `reference` is what was asked for."""

    def __init__(self, reference: object, known: Iterable[str]) -> None:
        self.reference = reference
        known = tuple(known)
        problem = f"the desk has no playbook {shown(reference)}{listed(known)}"
        hint = nearest(reference, known) if isinstance(reference, str) else ""
        super().__init__(f"{problem}. {hint}".rstrip())


class UnknownOperation(IncidentkitError, LookupError):
    """No tool of the playbook can do something of that name; `name` is what was asked for.

    `hint` is the sentence that offers the nearest name, or empty.
    """

    def __init__(self, name: object, known: Iterable[str]) -> None:
        self.name = name
        self.hint = nearest(str(name), known)
        example = self.hint or "Such as 'deploy_tool.rollback'."
        super().__init__(f"no operation is called {shown(name)}: it is a slot and a method. {example}")


class DirectoryInvalid(IncidentkitError, ValueError):
    """People, teams, roles, schedules and maintenance that make no directory.

    `path` is the place, such as ``teams.payments[2]``. What is wrong with a contact is said without the address, which
    is personal data.
    """

    def __init__(self, path: str, problem: str, *, source: str = "") -> None:
        self.path = path
        self.problem = problem
        self.source = source
        where = ", ".join(part for part in (source, path) if part)
        super().__init__(f"{where}: {problem}" if where else problem)


class UnknownRecipient(IncidentkitError, LookupError):
    """The directory has no such person, team, role or schedule; `kind` and `name` are what was asked for.

    `hint` is the sentence that offers the nearest name, or empty.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str], *, source: str = "") -> None:
        self.kind = kind
        self.name = name
        self.source = source
        known = tuple(known)
        self.hint = nearest(name, known)
        problem = f"no {kind} is called {shown(name)}{listed(known)}. {self.hint}".rstrip()
        super().__init__(f"{source}: {problem}" if source else problem)


class ScheduleInvalid(IncidentkitError, ValueError):
    """An on-call schedule that does not fit together, or a moment it cannot answer for; `path` is the place.

    Such as ``layers[0].participants[2]``, counted from what was being made: a rotation by itself says ``zone``.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path}: {problem}" if path else problem)

    @classmethod
    @contextmanager
    def within(cls, path: str) -> Generator[None]:
        """Whatever is refused inside lies at that path; what has a path already lies below it."""
        try:
            yield
        except ScheduleInvalid as error:
            raise cls(error.problem, below(path, error.path)) from None
        except IncidentkitError as error:
            raise cls(str(getattr(error, "problem", error)), path) from None


class DeskInvalid(IncidentkitError, ValueError):
    """Parts that do not make a desk, such as a lease that is shorter than a provider may take."""


class DrillInvalid(IncidentkitError, ValueError):
    """Parts that do not make a drill, such as a fault of a contact method or system that the playbook does not use."""


class NightsLost(IncidentkitError, RuntimeError):
    """One of the processes that had nights was ended from outside, by a signal or for want of memory."""

    def __init__(self, over: int, runs: int, processes: int) -> None:
        self.over = over
        self.runs = runs
        self.processes = processes
        super().__init__(
            f"a process that had nights was ended from outside, when {over} of {runs} were over:"
            f" the machine may lack the memory for {processes} at once"
        )


class RigInvalid(IncidentkitError, ValueError):
    """Checks of conformance cannot use what a factory gives them; `part` names the part of the `Rig` that is wrong.

    It is ``factory`` or ``kind`` where there is no such part. Of the provider it says nothing: no promise is broken,
    and none is seen to be kept.
    """

    def __init__(self, part: str, problem: str) -> None:
        self.part = part
        self.problem = problem
        super().__init__(f"{part}: {problem}")


class AnswerInvalid(IncidentkitError, ValueError):
    """An answer that the question does not offer; the message lists those it does."""


class FieldInvalid(IncidentkitError, ValueError):
    """A field of a command, event or request cannot be kept, such as a time without zone; `field` names it."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


class IllegalTransition(IncidentkitError, ValueError):
    """A command that is not possible in the incident's status; `possible` names those that are, moves first."""

    def __init__(
        self, incident: str, status: str, command: str, possible: Iterable[str], moves: Iterable[str], since: str
    ) -> None:
        self.incident = incident
        self.status = status
        self.command = command
        self.possible = tuple(possible)
        super().__init__(
            f"{incident} is {status}: {command!r} is not possible from there."
            f" It can move on by {', '.join(moves)}. It is {status} since {since}."
        )


class TimesContradict(IncidentkitError, ValueError):
    """A time that what is known already rules out, such as a recovery before the failure."""


class CommandInvalid(IncidentkitError, ValueError):
    """A command that makes no sense for this incident, such as one that corrects an event that is not there."""


class MayNotConfirm(CommandInvalid, PermissionError):
    """Somebody confirms a step that others have to confirm; `people` are those who may."""

    def __init__(self, run: str, step: str, by: str, recipients: Iterable[str], people: Iterable[str]) -> None:
        self.people = tuple(people)
        who = f"{', '.join(recipients)} ({', '.join(self.people)})"
        super().__init__(f"{shown(step)} of {run} is confirmed by {who}, and not by {shown(by)}")


class StaleConfirmation(CommandInvalid):
    """A step was tried since somebody confirmed it, or is not at that try yet; `tries` is how often it was tried."""

    def __init__(self, run: str, step: str, attempt: int, tries: int) -> None:
        self.tries = tries
        tried = f"was tried {tries} times" if tries != 1 else "was tried once"
        problem = f"try {attempt} of {shown(step)} in {run} is not next, which {tried}"
        super().__init__(f"{problem}: look what came of it, and confirm try {tries + 1}")


class StaleVersion(IncidentkitError, ValueError):
    """A command or an append was `based_on` another version of the incident than its `version`: decide anew."""

    def __init__(self, incident: str, command: str, based_on: int, version: int) -> None:
        self.incident = incident
        self.command = command
        self.based_on = based_on
        self.version = version
        super().__init__(
            f"{incident} has moved on: {command!r} was based on version {shown(based_on)}, and this is {version}."
            " Look again and decide anew."
        )


class LogInvalid(IncidentkitError, ValueError):
    """Events that are not the log of one incident; `index` is the place of the first that does not fit."""

    def __init__(self, index: int, problem: str) -> None:
        self.index = index
        super().__init__(f"event {index}: {problem}")


class UnknownIncident(IncidentkitError, LookupError):
    """The store has no such incident; `incident` is what was asked for."""

    def __init__(self, incident: object) -> None:
        self.incident = incident
        hint = "" if isinstance(incident, str) else ": incidents are named by their id, a text"
        super().__init__(f"the store has no incident {shown(incident)}{hint}")


class IncidentExists(IncidentkitError, ValueError):
    """The store has that incident already, so it cannot begin; `incident` is its id."""

    def __init__(self, incident: str) -> None:
        self.incident = incident
        super().__init__(
            f"the store has an incident {shown(incident)} already."
            " Load it to see whether it is the same, or take another id."
        )


class UnknownEvidence(IncidentkitError, LookupError):
    """The store has no evidence whose content has that SHA-256; `sha256` is what was asked for."""

    def __init__(self, sha256: object) -> None:
        self.sha256 = sha256
        super().__init__(f"the store has no evidence with the SHA-256 {shown(sha256)}")


class StoreError(IncidentkitError):
    """A store could not do what it was asked; nothing was changed, unless the error says otherwise.

    ``store`` says which one, without the secrets of its address.
    """

    transient: ClassVar[bool] = False
    """Whether the same may work another time, though nobody changes anything."""

    def __init__(self, store: str, problem: str) -> None:
        self.store = store
        self.problem = printable(problem)
        super().__init__(f"{store}: {problem}")


class StoreUnavailable(StoreError, ConnectionError):
    """It was not reached, was busy, or did not answer in time; it may work another time."""

    transient = True


class StoreFull(StoreError, OSError):
    """No room is left where it keeps things; it goes on by itself once there is room."""

    transient = True


class StoreReadOnly(StoreError, PermissionError):
    """It may be read, and not written to: because of the file, the server or the user's rights."""


class StoreDamaged(StoreError, ValueError):
    """What it holds cannot be read, or is not what the library wrote."""


class StoreForeign(StoreError, ValueError):
    """There is something else than a store of this library: no database, or the one of another program."""


class StoreOutdated(StoreError, ValueError):
    """An earlier release made it, or nobody did, and it was not to be made or upgraded by itself.

    `version` is that of its tables; 0 if it has none.
    """

    def __init__(self, store: str, problem: str, *, version: int = 0) -> None:
        super().__init__(store, problem)
        self.version = version


class StoreTooNew(StoreError, ValueError):
    """A later release made it, or wrote into it; this one cannot tell what that means."""


class StoreMisconfigured(StoreError, ValueError):
    """An address or a setting by which no store can be reached, until somebody changes it."""


class DocumentInvalid(IncidentkitError, ValueError):
    """JSON, TOML or Markdown that cannot be read; `path` is the place in it, such as ``$.rules[3].when``."""

    def __init__(self, path: str, problem: str, *, source: str = "") -> None:
        self.path = path
        self.problem = printable(problem)
        self.source = source
        super().__init__(f"{source + ', ' if source else ''}{path}: {problem}")


class LawsBroken(IncidentkitError, AssertionError):
    """Rules, a tree, a policy or a schedule that was checked breaks laws; `breaches` has each, and the message all.

    The message is a report for people and as long as it takes.
    """

    def __init__(self, report: str, breaches: tuple[Any, ...]) -> None:
        super().__init__("")
        self.args = (report,)
        self.breaches = breaches


class LawsUndecided(IncidentkitError, UserWarning):
    """A warning that a check found nothing wrong and gave up a search; `undecided` has each law and what may break it.

    Nothing is raised, unless warnings are errors.
    """

    def __init__(self, message: str, undecided: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message)
        self.undecided = undecided


class DecisionsDiffer(IncidentkitError, AssertionError):
    """Rules or a tree decide otherwise than a table of examples says; `rows` counts the wrong ones from 1.

    The message is a table for people and as long as it takes.
    """

    def __init__(self, report: str, rows: tuple[int, ...]) -> None:
        super().__init__("")
        self.args = (report,)
        self.rows = rows


class DecisionsInvalid(IncidentkitError, ValueError):
    """A table of examples that cannot be read; `row` counts from 1, 0 is the header, and `column` is its name."""

    def __init__(self, problem: str, *, row: int, column: str = "") -> None:
        self.row = row
        self.column = column
        self.problem = problem
        where = f"row {row}" if row else "the header"
        super().__init__(f"{where}{f', column {shown(column)}' if column else ''}: {problem}")


class Where(TypedDict, total=False):
    """What every error of a provider may be given beside its problem."""

    provider: str
    operation: str
    status: int | None
    request_id: str
    output: bytes


LARGEST_OUTPUT: Final = 1024 * 1024
"""Bytes of what a tool said that are kept: of more, the beginning and the end."""


def capped(output: bytes) -> bytes:
    """What is kept of an output: all of it, or its beginning and its end, with a line between about what is left out.

    `FieldInvalid` for what is no bytes.
    """
    if not isinstance(output, bytes):  # pyright: ignore[reportUnnecessaryIsInstance]  # whatever its caller promised
        raise FieldInvalid("output", f"what a tool said is kept in bytes, as it said it, not {shown(output)}")
    if len(output) <= LARGEST_OUTPUT:
        return output
    notice = f"\n[... of {len(output)} bytes the middle is left out ...]\n".encode()
    half, odd = divmod(LARGEST_OUTPUT - len(notice), 2)
    return output[: half + odd] + notice + output[-half:]


class ProviderError(IncidentkitError):
    """A system did not do what it was asked, or did not say whether it did; the type says what to do about it.

    ``problem`` says what went wrong. It may be shown and kept, so it holds no URL, body or header: these hold secrets.
    ``output`` is what a tool said, as it said it, up to `LARGEST_OUTPUT`; no message has it.
    """

    transient: ClassVar[bool] = False
    """Whether the same request may work another time, though nobody changes anything."""
    outcome_unknown: ClassVar[bool] = False
    """Whether it may have happened all the same. If not, nothing was changed."""

    def __init__(
        self,
        problem: str,
        *,
        provider: str = "",
        operation: str = "",
        status: int | None = None,
        request_id: str = "",
        output: bytes = b"",
    ) -> None:
        self.provider = provider
        self.operation = operation
        self.status = status
        self.request_id = request_id
        self.output = capped(output)
        where = ".".join(name for name in (provider, operation) if name)
        said = "" if status is None else f"status {status}"
        if request_id:
            said = f"{said}, request {shown(request_id)}" if said else f"request {shown(request_id)}"
        super().__init__(f"{f'{where}: ' if where else ''}{problem}{f' ({said})' if said else ''}")


class ProviderUnavailable(ProviderError, ConnectionError):
    """The system cannot be reached, or says that it cannot work now."""

    transient: ClassVar[bool] = True


class ProviderTimeout(ProviderError, TimeoutError):
    """It took too long, and nothing was changed; if something may have been, the error is `OutcomeUnknown`."""

    transient: ClassVar[bool] = True


class RateLimited(ProviderError):
    """There were too many requests; `retry_after` is how long to wait, if the system said so."""

    transient: ClassVar[bool] = True

    def __init__(self, problem: str, *, retry_after: timedelta | None = None, **where: Unpack[Where]) -> None:
        self.retry_after = retry_after
        super().__init__(problem, **where)


class OutcomeUnknown(ProviderError):
    """The request was sent, and the answer is missing; try again with the same key, which does nothing twice."""

    outcome_unknown: ClassVar[bool] = True


class RequestInvalid(ProviderError, ValueError):
    """The system does not accept what it was asked."""


class NotFound(ProviderError, LookupError):
    """What the request is about is not there."""


class Conflict(ProviderError):
    """What the request is about is in a state that does not allow it."""


class AlreadyExists(ProviderError):
    """What was to be made is there already, and not under this key."""


class Unsupported(ProviderError):
    """The system cannot do that at all."""


class Unauthenticated(ProviderError, PermissionError):
    """The system does not know who asks: credentials are missing, wrong or have run out."""


class PermissionDenied(ProviderError, PermissionError):
    """Who asks may not do that; `missing_scopes` are the permissions that are lacking, if the system said so."""

    def __init__(self, problem: str, *, missing_scopes: tuple[str, ...] = (), **where: Unpack[Where]) -> None:
        self.missing_scopes = missing_scopes
        super().__init__(problem, **where)


class Misconfigured(ProviderError, ValueError):
    """The provider's settings are missing or make no sense."""


@contextmanager
def place(path: str) -> Generator[None]:
    """What is refused inside lies at that path of the form being read, such as ``rules[3].when``.

    Turns any `IncidentkitError` into a `DocumentInvalid`; one that has its path already keeps it. An empty path is the
    whole form.
    """
    try:
        yield
    except DocumentInvalid:
        raise
    except IncidentkitError as error:
        raise DocumentInvalid(below("$", path), str(error)) from error


def below(path: str, inner: str) -> str:
    """The path of what lies at a path inside of what lies at another."""
    return f"{path}.{inner}" if path and inner and not inner.startswith("[") else f"{path}{inner}"


def printable(message: str) -> str:
    """A message that any log and any terminal can show as it is, up to the limit of its length."""
    short = message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}..."
    if short.isprintable():
        return short
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in short)


def shown(value: object, limit: int = 60) -> str:
    """The repr of a value for a message, cut so that hostile input cannot flood a log."""
    try:
        text = repr(value[: limit + 1] if isinstance(value, str) else value)
    except Exception:  # noqa: BLE001  # a message about a value must not fail because of the value
        return f"<{type(value).__name__}>"
    return text if len(text) <= limit else f"{text[:limit]}..."


def expect(kind: Any, value: T, error: Callable[[str], IncidentkitError], words: str) -> T:
    """The value, if it is of that class, whatever its caller promised; else the error: ``words``, not the value."""
    if not isinstance(value, kind):
        raise error(f"{words}, not {shown(value)}")
    return value


def several(values: Iterable[T], error: Callable[[str], IncidentkitError], words: str) -> tuple[T, ...]:
    """The values of a list; else the error, also for a text, which is no list of its letters, and for a mapping."""
    if isinstance(values, _NO_LISTS):
        raise error(f"{words}, not {shown(values)}")
    return tuple(expect(Iterable, values, error, words))


def each_of(kind: Any, values: Iterable[T], error: Callable[[str], IncidentkitError], words: str) -> tuple[T, ...]:
    """The values of a list, each of that class; else the error: ``words``, not the list, or not what is in it."""
    return tuple(expect(kind, each, error, words) for each in several(values, error, words))


def listed(names: tuple[str, ...]) -> str:
    """The part of a sentence that lists the known names, if they are few enough to be read."""
    return f"; there are {', '.join(names)}" if 0 < len(names) <= 12 else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The sentence that offers the nearest known name, or an empty text."""
    close = get_close_matches(name[:100], list(islice(known, 500)), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""
