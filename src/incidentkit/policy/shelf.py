"""The runbooks of a playbook on one shelf, and their steps in the order in which a run goes through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

from attrs import field, frozen

from incidentkit import convert
from incidentkit.errors import (
    DocumentInvalid,
    FieldInvalid,
    ParametersInvalid,
    RunbookInvalid,
    UnknownRunbook,
    UnknownStep,
    nearest,
    place,
    shown,
)
from incidentkit.model.assessment import Value
from incidentkit.model.facts import kinds
from incidentkit.model.identity import IncidentId
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.runbook import ShelfForm
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.parameter import (
    GIVEN,
    INCIDENT,
    SEVERITY,
    Argument,
    Parameter,
    ParameterKind,
    filled,
    mentioned_in,
    read_all,
)
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.runbook import MOST_STEPS, Runbook, check_names, runbooks_of
from incidentkit.policy.step import Check, Include, Step, Use
from incidentkit.providers.tools import Operation, ToolRequest

DEEPEST: Final = 3
"""How deep runbooks may include each other."""

SAMPLE_KEY: Final = "0" * 64
"""Stands for the idempotency key of a request that is only looked at."""


@frozen
class Placed:
    """A step where it stands among all steps of a run, with the values that its tool is asked with."""

    name: str
    """Its own name, after those of the steps that it is part of: ``verify/health``."""
    step: Step
    owner: Recipient
    notice: tuple[Attempt, ...]
    values: Mapping[str, Argument] = field(hash=False)
    """What stands for the names of parameters."""
    within: str = ""
    """The step that includes it; empty if it stands in the runbook itself."""

    @property
    def words(self) -> str:
        """What is done, in words, with the values of parameters."""
        return self.step.told(self.values)

    @property
    def operation(self) -> Operation | None:
        """What a tool is asked; `None` if the step is for people, or another runbook."""
        return self.step.tool if isinstance(self.step, Use | Check) else None

    @property
    def confirmed_by(self) -> tuple[Recipient, ...]:
        """Who may say that it may be tried."""
        named = self.step.confirmed_by if isinstance(self.step, Use) else ()
        return named or (self.owner,)

    def request(self, key: str) -> ToolRequest:
        """What its tool is asked; `FieldInvalid` names a field whose value it cannot have."""
        assert isinstance(self.step, Use | Check)
        arguments = {name: filled(each, self.values) for name, each in self.step.arguments.items()}
        tool = self.step.tool
        keyed = {"key": key} if tool.changes else {}
        request: ToolRequest = tool.request(**keyed, incident=IncidentId(str(self.values[INCIDENT])), **arguments)
        tool.arguments_of(request)  # what would be an option on a command line is refused for every tool alike
        return request


@frozen
class Shelf:
    """The runbooks of a playbook, which may include each other."""

    runbooks: tuple[Runbook, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_names("a playbook", "runbook", [each.name for each in self.runbooks], least=0)
        for runbook in self.runbooks:
            self._check(runbook)

    def __contains__(self, name: str) -> bool:
        return any(each.name == name for each in self.runbooks)

    def __getitem__(self, name: str) -> Runbook:
        """The runbook of that name; `UnknownRunbook` lists those there are."""
        for each in self.runbooks:
            if each.name == name:
                return each
        raise UnknownRunbook(name, [each.name for each in self.runbooks])

    def to_form(self) -> ShelfForm:
        """Itself as documents hold it."""
        facts = Vocabulary(*(fact for each in self.runbooks for fact in each.mentioned))
        return ShelfForm(runbooks=tuple(each.described() for each in self.runbooks), facts=kinds(facts))

    @classmethod
    def from_form(cls, form: ShelfForm) -> Self:
        """The runbooks that a document describes."""
        with place("facts"):
            known = Vocabulary(*form.facts)
        runbooks = runbooks_of(form.runbooks, known)
        with place("runbooks"):
            return cls(tuple(runbooks))

    def to_toml(self) -> str:
        """All of them in one document, with the facts that they mention."""
        return convert.to_toml(self)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "") -> Self:
        """Read what `to_toml` writes; `DocumentInvalid` names the place, and ``source`` the file if given."""
        try:
            return convert.from_toml(text, cls, source=source)
        except DocumentInvalid as error:
            if _is_runbook(text):
                problem = f"{error.problem} This is one runbook, which Runbook.from_toml reads."
                raise DocumentInvalid(error.path, problem, source=source) from None
            raise

    def _check(self, runbook: Runbook, above: tuple[str, ...] = ()) -> int:
        """How many steps it has in all; `RunbookInvalid` for what it cannot include."""
        way = (*above, runbook.name)
        if runbook.name in above:
            raise RunbookInvalid(f"runbooks that include each other in a circle never end: {' > '.join(way)}")
        if len(way) > DEEPEST:
            raise RunbookInvalid(f"runbooks include each other {DEEPEST} deep at the most: {' > '.join(way)}")
        count = 0
        for step in runbook.steps:
            count += 1
            if isinstance(step, Include):
                count += self._check(self._included(runbook, step), way)
        if count > MOST_STEPS:
            raise RunbookInvalid(f"runbook {runbook.name!r} has {MOST_STEPS} steps at the most in all, not {count}")
        return count

    def _included(self, runbook: Runbook, step: Include) -> Runbook:
        what = f"runbook {runbook.name!r}, step {step.name!r}"
        try:
            included = self[step.runbook]
        except UnknownRunbook as error:
            raise RunbookInvalid(f"{what}: {error}") from None
        known = {each.name: each for each in included.parameters}
        for name in step.parameters:
            if name not in known:
                hint = nearest(name, known)
                raise RunbookInvalid(f"{what}: {included.name!r} takes no {shown(name)}. {hint}".rstrip())
            self._check_given(what, known[name], step.parameters[name], runbook)
        for name, each in known.items():
            if each.default is None and name not in step.parameters:
                raise RunbookInvalid(f"{what}: {included.name!r} needs {name!r}")
        return included

    def _check_given(self, what: str, taken: Parameter, argument: Argument, runbook: Runbook) -> None:
        """Refuse what the included runbook does not take; what is filled in is checked once the run is started."""
        if not mentioned_in(argument):
            try:
                taken.read(filled(argument, {}))
            except FieldInvalid as error:
                raise RunbookInvalid(f"{what}: {error}") from None
        for each in runbook.parameters:
            if argument == f"{{{each.name}}}" and each.kind not in (ParameterKind.TEXT, taken.kind):
                problem = f"{argument} is {each.kind}, and {taken.name!r} is to be {taken.kind}"
                raise RunbookInvalid(f"{what}: {problem}")

    def values(self, runbook: str, given: Mapping[str, object], incident: str, severity: str) -> dict[str, Value]:
        """The parameters for a run, defaults among them.

        Raises `UnknownRunbook`, and `ParametersInvalid` for everything that is wrong with them, be it only that a tool
        could not be asked with them: that is said before the first step.
        """
        book = self[runbook]
        values = read_all(runbook, book.parameters, given)
        problems: dict[str, str] = {}
        for placed in self.placed(runbook, values, incident, severity):
            try:
                self._check_filled(placed)
            except (FieldInvalid, TypeError) as error:  # a validator, or a comparison before it
                problems[f"step {placed.name!r}"] = str(error)
        if problems:
            raise ParametersInvalid(runbook, problems)
        return values

    def _check_filled(self, placed: Placed) -> None:
        """Raise `FieldInvalid` or `TypeError` for values that a tool or an included runbook cannot be given."""
        if placed.operation is not None:
            placed.request(SAMPLE_KEY)
        if isinstance(placed.step, Include):
            known = {each.name: each for each in self[placed.step.runbook].parameters}
            for name, argument in placed.step.parameters.items():
                known[name].read(filled(argument, placed.values))

    def placed(self, runbook: str, values: Mapping[str, Value], incident: str, severity: str) -> tuple[Placed, ...]:
        """All steps of a runbook in their order, those of the runbooks that it includes among them."""
        book = self[runbook]
        known = {each.name: each.default for each in book.parameters if each.default is not None}
        given = _split(book, {**known, **values})
        return tuple(self._placed(book, {**given, INCIDENT: incident, SEVERITY: severity}, ""))

    def _placed(self, runbook: Runbook, values: Mapping[str, Argument], within: str) -> Iterator[Placed]:
        for step in runbook.steps:
            name = f"{within}/{step.name}" if within else step.name
            placed = Placed(name, step, step.owner or runbook.owner, runbook.notice, values, within)
            yield placed
            if isinstance(step, Include):
                included = self[step.runbook]
                known = {each.name: each for each in included.parameters}
                inner: dict[str, Any] = {name: each.default for name, each in known.items() if each.default is not None}
                for each, argument in step.parameters.items():
                    if values.keys() >= {*mentioned_in(argument)}:  # a run may be older than what it needs by now
                        inner[each] = _read(known[each], filled(argument, values))
                said = {each: values[each] for each in GIVEN}
                yield from self._placed(included, {**_split(included, inner), **said}, name)

    def step(self, runbook: str, name: str) -> Step:
        """The step of that name; `UnknownStep` lists those there are."""
        steps = {each.name: each for each in self.rehearsed(runbook)}
        try:
            return steps[name].step
        except (KeyError, TypeError):
            raise UnknownStep(runbook, name, steps) from None

    def rehearsed(self, runbook: str) -> tuple[Placed, ...]:
        """All steps of a runbook, with names of parameters in braces where their values would stand."""
        samples: dict[str, Value] = {each.name: f"{{{each.name}}}" for each in self[runbook].parameters}
        return self.placed(runbook, samples, f"{{{INCIDENT}}}", f"{{{SEVERITY}}}")


def _is_runbook(text: str) -> bool:
    """Whether a document is that of one runbook by itself."""
    try:
        Runbook.from_toml(text)
    except DocumentInvalid:
        return False
    return True


def _read(parameter: Parameter, value: Argument) -> Argument:
    """The value as the parameter has it; as it is, if the parameter cannot have it, as in a run that is older."""
    try:
        return parameter.read(value)
    except FieldInvalid:
        return value


def _split(runbook: Runbook, values: Mapping[str, Any]) -> dict[str, Argument]:
    """The values as tools take them: several names are a list."""
    kinds = {each.name: each.kind for each in runbook.parameters}
    several = {name for name, kind in kinds.items() if kind is ParameterKind.NAMES}
    return {
        name: tuple(value.split()) if name in several and isinstance(value, str) else value
        for name, value in values.items()
    }
