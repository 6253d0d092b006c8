"""The kinds of steps that a runbook is made of: what a tool does, what is checked, and what people do and decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Final, TypeAlias, cast, get_args, get_origin, get_type_hints

from attrs import NOTHING, Attribute, field, fields, frozen

from incidentkit.errors import FieldInvalid, RunbookInvalid, UnknownOperation, each_of, expect, listed, nearest, shown
from incidentkit.model.conditions import ALWAYS, Condition
from incidentkit.model.durations import parse_duration
from incidentkit.model.facts import Choice, Clock, Duration, FactKind, Flag, Number
from incidentkit.model.identity import checked_name, checked_text
from incidentkit.policy.obligation import checked_reason, checked_wait
from incidentkit.policy.parameter import Argument, filled, mentioned_in, worded
from incidentkit.policy.recipient import Recipient
from incidentkit.providers.tools import Operation, operation

LONGEST_STEP: Final = 40
"""Characters that the name of a step or of a runbook may have: those of a step in a step stand in one name."""

CONFIRMED_FOR: Final = timedelta(minutes=10)
"""How long a confirmation counts, unless the step says otherwise: whoever gave it has seen what is so now."""

CHECKED_EVERY: Final = timedelta(minutes=1)
"""How long to wait between checks, unless the step says otherwise."""

MOST_CHECKS: Final = 1_000
"""How often a step may check something."""


class Failure(StrEnum):
    """What becomes of a run when a step has failed for good, or nobody knows what came of it."""

    WAIT = "wait"
    """It waits for a person, who has the step tried again, says that it is done, or goes on without it."""
    GO_ON = "go on"
    """It goes on with the next step."""
    UNDO = "undo"
    """What the run did is undone, the latest first."""


def _failure(value: str) -> Failure:
    try:
        return Failure(value)
    except ValueError:
        problem = f"after a failure a run will {', '.join(Failure)}, not {shown(value)}"
        raise RunbookInvalid(f"{problem}. {nearest(str(value), map(str, Failure))}".rstrip()) from None


def _recipients(recipients: Recipient | Iterable[Recipient]) -> tuple[Recipient, ...]:
    if isinstance(recipients, Recipient):
        return (recipients,)
    return each_of(Recipient, recipients, RunbookInvalid, "who confirms a step is recipients, one or a list of them")


def _arguments(arguments: Mapping[str, Any]) -> dict[str, Argument]:
    given = {**expect(Mapping, arguments, RunbookInvalid, "arguments are a mapping by field")}
    for name, value in given.items():
        expect(str, name, RunbookInvalid, "an argument has the name of a field")
        if isinstance(value, list | tuple):
            several = cast(Iterable[str], value)
            given[name] = each_of(str, several, RunbookInvalid, f"argument {name!r} is a list of texts")
        elif not isinstance(value, bool | int | float | str | timedelta):
            raise RunbookInvalid(f"argument {name!r} is no value that a step can give: {shown(value)}")
    return given


def _learns(facts: Mapping[str, Any]) -> dict[str, FactKind]:
    given = {**expect(Mapping, facts, RunbookInvalid, "what is learned is facts by what the answer calls them")}
    for name, fact in given.items():
        expect(str, name, RunbookInvalid, "what is learned has the name of a field of the answer")
        expect(FactKind, fact, RunbookInvalid, f"what is learned from {name!r} is a fact")
    return given


@frozen
class BaseStep:
    """What every step has. A step begins when the one before it has ended, if its guard is true then."""

    kind: ClassVar[str]
    """What documents call this kind of step."""

    name: str
    """Names it in the log and in keys, so it stays when texts are edited."""
    what: str = field(default="", kw_only=True)
    """What is done, in words; the name if it says enough. It may name parameters in braces, as arguments do."""
    when: Condition = field(default=ALWAYS, kw_only=True)
    """Its guard. If it is false when its turn comes, the step is skipped for good; unknown, and the run waits."""
    owner: Recipient | None = field(default=None, kw_only=True)
    """Who does it, or is asked about it; the owner of the runbook if it is nobody else."""
    source: str = field(default="", kw_only=True)
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of a step", self.name)) > LONGEST_STEP or "/" in self.name:
            raise RunbookInvalid(f"{shown(self.name)} names no step: {LONGEST_STEP} characters at the most, and no '/'")
        expect(str, self.what, RunbookInvalid, f"step {self.name!r}: what is text")
        self._check_braces(self.what)
        checked_reason(f"step {self.name!r}", worded(self.what, {}))
        checked_reason(f"step {self.name!r}", self.source)
        expect(
            Condition,
            self.when,
            RunbookInvalid,
            f"step {self.name!r}: its guard is a condition, as Condition.parse reads it",
        )
        expect(
            Recipient | None,
            self.owner,
            RunbookInvalid,
            f"step {self.name!r}: its owner is a recipient, such as role('technical lead')",
        )

    def _check_braces(self, value: Argument) -> None:
        try:
            mentioned_in(value)
        except RunbookInvalid as error:
            raise RunbookInvalid(f"step {self.name!r}: {error}") from None

    @property
    def words(self) -> str:
        """What is done, in words, with the names of parameters in braces."""
        return self.told({})

    def told(self, values: Mapping[str, Argument]) -> str:
        """What is done, in words, with the values of parameters."""
        return worded(self.what, values) or self.name


@frozen
class ToolStep(BaseStep):
    """What the steps have that ask a tool."""

    operation: str
    """Slot and method of the tool, such as ``deploy_tool.rollback``."""
    arguments: Mapping[str, Argument] = field(factory=dict[str, Argument], converter=_arguments, hash=False)
    """What it is asked, by the fields of its request. Where that holds a length of time, ``15min`` is one."""
    learns: Mapping[str, FactKind] = field(factory=dict[str, FactKind], converter=_learns, hash=False, kw_only=True)
    """The facts that its answer tells the run, by the fields of the answer."""
    on_failure: Failure = field(default=Failure.WAIT, converter=_failure, kw_only=True)
    within: timedelta | None = field(default=None, kw_only=True)
    """How long one try may take; `None` for as long as the desk gives anything."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        self._check_arguments()
        checked_wait(f"step {self.name!r}: within", self.within)
        self._check_learnt()

    def _check_arguments(self) -> None:
        known = {each.name: each for each in fields(self.tool.request) if each.name not in _OWN}
        for name, value in self.arguments.items():
            if name not in known:
                raise self._invalid(f"{self.operation} takes no {shown(name)}. {nearest(name, known)}")
            if name in lengths_of(self.operation) and isinstance(value, str) and not mentioned_in(value):
                arguments = {**self.arguments, name: self._length(name, value)}
                object.__setattr__(self, "arguments", arguments)
            self._check_braces(value)
            self._check_constant(known[name], self.arguments[name])
        for name, each in known.items():
            if each.default is NOTHING and name not in self.arguments:
                raise self._invalid(f"{self.operation} needs {name!r}")

    def _check_learnt(self) -> None:
        told = told_by(self.operation)
        if self.learns and not told:
            raise self._invalid(f"{self.operation} changes something, and tells nothing that can be learned")
        for name, fact in self.learns.items():
            if name not in told:
                raise self._invalid(f"its answer has no {shown(name)}{listed((*told,))}. {nearest(name, told)}")
            if not isinstance(fact, told[name]):
                tags = " or a ".join(each.tag for each in told[name])
                raise self._invalid(f"what its answer calls {name!r} is a {tags}, and {fact.name} is a {fact.tag}")

    def _check_constant(self, asked: Attribute[Any], value: Argument) -> None:
        """Refuse what its tool could not be asked with; what a parameter says is checked when the run is started."""
        if mentioned_in(value):
            return
        constant = filled(value, {})
        try:
            if asked.validator is not None:
                asked.validator(None, asked, constant)
            elif asked.name in texts_of(self.operation):
                checked_text(asked.name, constant)
        except (FieldInvalid, TypeError) as error:  # a validator, or a comparison before it
            raise self._invalid(str(error)) from None

    def _length(self, name: str, text: str) -> timedelta:
        try:
            return parse_duration(text)
        except ValueError as error:
            raise self._invalid(f"{name}: {error}") from None

    @property
    def tool(self) -> Operation:
        """What it asks; `RunbookInvalid` if no tool can do that."""
        try:
            return operation(self.operation)
        except UnknownOperation as error:
            raise self._invalid(str(error)) from None

    def _invalid(self, problem: str) -> RunbookInvalid:
        return RunbookInvalid(f"step {self.name!r}: {problem}".rstrip())


@cache
def lengths_of(name: str) -> frozenset[str]:
    """The fields of what an operation is asked that hold a length of time; `UnknownOperation` if there is none."""
    hints = get_type_hints(operation(name).request)
    return frozenset(each for each, kind in hints.items() if timedelta in (kind, *get_args(kind)))


@cache
def texts_of(name: str) -> frozenset[str]:
    """The fields of what an operation is asked that hold text; `UnknownOperation` if there is none."""
    return frozenset(each for each, kind in get_type_hints(operation(name).request).items() if kind is str)


_LEARNT_AS: Final[Mapping[object, tuple[type[FactKind], ...]]] = {
    bool: (Flag,),
    int: (Number,),
    float: (Number,),
    tuple: (Number,),
    timedelta: (Duration, Clock),
    str: (Choice,),
}
"""What a fact is that is learned from a value of that type; of several things, how many they are."""


@cache
def told_by(name: str) -> Mapping[str, tuple[type[FactKind], ...]]:
    """What the kinds of facts are that can be learned from the answer of an operation, by the fields of the answer.

    Nothing of what changes something. `UnknownOperation` if there is no such operation.
    """
    asked = operation(name)
    hints = {} if asked.changes else get_type_hints(asked.answer)
    types = {each: get_origin(kind) if get_origin(kind) is tuple else kind for each, kind in hints.items()}
    several = {each: [*filter(_LEARNT_AS.get, (kind, *get_args(kind)))] for each, kind in types.items()}
    return {each: _LEARNT_AS[found[0]] for each, found in several.items() if found}


_OWN: Final = ("key", "incident")
"""The fields of requests that nobody gives."""


@frozen
class Use(ToolStep):
    """Have a tool do something, or ask it something: whatever it answers, the step is done."""

    kind: ClassVar[str] = "use"

    confirm: bool | None = field(default=None, kw_only=True)
    """Whether a person has to say so before the first try; `None` if only what is destructive asks for that."""
    confirmed_by: tuple[Recipient, ...] = field(default=(), converter=_recipients, kw_only=True)
    """Who may say so; the owner of the step if nobody is named."""
    valid: timedelta = field(default=CONFIRMED_FOR, kw_only=True)
    """How long a confirmation counts; a try that begins later needs another one."""
    destroys: bool | None = field(default=None, kw_only=True)
    """Whether every try has to be confirmed, and none is made while evidence is held; `None` by what the tool does."""
    temporary: bool = field(default=False, kw_only=True)
    """Whether it has to be undone or made permanent in the end."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checked_wait(f"step {self.name!r}: valid", self.valid)
        for name in ("confirm", "destroys"):
            expect(bool | None, getattr(self, name), RunbookInvalid, f"step {self.name!r}: {name} is True or False")
        expect(bool, self.temporary, RunbookInvalid, f"step {self.name!r}: temporary is True or False")
        if self.is_destructive and self.confirm is False:
            raise self._invalid("what is destructive is confirmed: leave out confirm")
        if self.temporary and not self.tool.changes:
            raise self._invalid(f"{self.operation} changes nothing, so nothing of it is temporary")

    @property
    def is_destructive(self) -> bool:
        """Whether every try needs a confirmation of its own."""
        return self.tool.destructive if self.destroys is None else self.destroys

    @property
    def is_confirmed(self) -> bool:
        """Whether a person has to say so before the first try."""
        return bool(self.confirm) or self.is_destructive


@frozen
class Check(ToolStep):
    """Ask a tool whether something is well, again and again if need be. It fails once that is not so."""

    kind: ClassVar[str] = "check"

    every: timedelta = field(default=CHECKED_EVERY, kw_only=True)
    """How long to wait between two checks."""
    patience: timedelta = field(default=timedelta(), kw_only=True)
    """For how long it may not be well yet, from the first check on."""
    lasting: timedelta = field(default=timedelta(), kw_only=True)
    """For how long it has to stay well; once it is not any more, the step has failed."""

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checked_wait(f"step {self.name!r}: every", self.every)
        for name in ("patience", "lasting"):
            length = expect(
                timedelta, getattr(self, name), RunbookInvalid, f"step {self.name!r}: {name} is a timedelta"
            )
            if length < timedelta() or length / self.every > MOST_CHECKS:
                problem = f"{name} is no time or more, and {MOST_CHECKS} checks at the most, not {length}"
                raise self._invalid(problem)
        if "healthy" not in {each.name for each in fields(self.tool.answer)}:
            raise self._invalid(f"{self.operation} does not say whether anything is well: use it, and check the answer")


@frozen
class Instruct(BaseStep):
    """Have people do something, who then say that it is done, or will not be."""

    kind: ClassVar[str] = "instruct"


@frozen
class Decide(BaseStep):
    """Have people answer something, if it is not known already; guards that come later can ask for it."""

    kind: ClassVar[str] = "decide"

    fact: FactKind

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        expect(FactKind, self.fact, RunbookInvalid, f"step {self.name!r}: what is decided is a fact")

    def told(self, values: Mapping[str, Argument]) -> str:
        """What is asked, with the values of parameters."""
        return worded(self.what, values) or self.fact.question


@frozen
class Include(BaseStep):
    """Go through another runbook here."""

    kind: ClassVar[str] = "include"

    runbook: str
    parameters: Mapping[str, Argument] = field(factory=dict[str, Argument], converter=_arguments, hash=False)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        checked_name(f"the runbook of step {self.name!r}", self.runbook)
        for value in self.parameters.values():
            self._check_braces(value)


Step: TypeAlias = Use | Check | Instruct | Decide | Include
"""One step of a runbook."""
