"""Runbooks: what to do step by step, as data. A readable way to build obligations, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Self

from attrs import field, frozen

from incidentkit import convert
from incidentkit.errors import (
    FieldInvalid,
    ParametersInvalid,
    RunbookInvalid,
    UnknownRunbook,
    UnknownStep,
    below,
    each_of,
    expect,
    nearest,
    place,
    shown,
)
from incidentkit.model.assessment import Value
from incidentkit.model.conditions import NEVER, Condition
from incidentkit.model.facts import FactKind, kinds
from incidentkit.model.identity import IncidentId, checked_name
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.runbook import RunbookForm, ShelfForm, parameter_form, parameter_of
from incidentkit.policy.forms.step import step_form, step_of
from incidentkit.policy.forms.texts import condition_of, recipient_of
from incidentkit.policy.obligation import Attempt, checked_reason
from incidentkit.policy.outline import flowchart, parameter_line, step_line
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
from incidentkit.policy.step import LONGEST_STEP, Check, Decide, Include, Step, Use
from incidentkit.providers.tools import Operation, ToolRequest
from incidentkit.text.document import Block, Bullets, Code, Document, Heading, Paragraph, Steps, Text

MOST_STEPS: Final = 200
"""Steps that a runbook may have, with those of the runbooks that it includes."""

DEEPEST: Final = 3
"""How deep runbooks may include each other."""

SAMPLE_KEY: Final = "0" * 64
"""Stands for the idempotency key of a request that is only looked at."""


def _steps(steps: Iterable[Step]) -> tuple[Step, ...]:
    return each_of(Step, steps, RunbookInvalid, "a runbook is a list of steps")


def _parameters(parameters: Iterable[Parameter]) -> tuple[Parameter, ...]:
    return each_of(Parameter, parameters, RunbookInvalid, "the parameters of a runbook are a list of Parameter")


def _notice(notice: Iterable[Attempt]) -> tuple[Attempt, ...]:
    return each_of(Attempt, notice, RunbookInvalid, "the notice of a runbook is a list of attempts")


@frozen
class Runbook:
    """Steps that are done one after the other, once somebody starts it."""

    name: str
    steps: tuple[Step, ...] = field(converter=_steps)
    owner: Recipient = field(kw_only=True)
    """Who does what no tool does, and is asked what has to be known and confirmed."""
    what: str = field(default="", kw_only=True)
    """What it is for, in words."""
    parameters: tuple[Parameter, ...] = field(default=(), converter=_parameters, kw_only=True)
    fits: Condition = field(default=NEVER, kw_only=True)
    """For which incidents it is made: whoever looks for one is shown first those for which this is true."""
    notice: tuple[Attempt, ...] = field(default=(), converter=_notice, kw_only=True)
    """How people are told that a step waits for them; nobody is told without."""
    source: str = field(default="", kw_only=True)
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        if len(checked_name("the name of a runbook", self.name)) > LONGEST_STEP or "/" in self.name or "#" in self.name:
            problem = f"{LONGEST_STEP} characters at the most, and no '/' and no '#'"
            raise RunbookInvalid(f"{shown(self.name)} names no runbook: {problem}")
        what = f"runbook {self.name!r}"
        checked_reason(what, self.what)
        checked_reason(what, self.source)
        expect(Recipient, self.owner, RunbookInvalid, f"{what}: its owner is a recipient")
        expect(Condition, self.fits, RunbookInvalid, f"{what}: fits is a condition")
        _check_names(what, "step", [step.name for step in self.steps], least=1)
        _check_names(what, "parameter", [each.name for each in self.parameters], least=0)
        known = {*GIVEN, *(each.name for each in self.parameters)}
        for step in self.steps:
            for name in parameters_of(step):
                if name not in known:
                    hint = nearest(name, known)
                    problem = f"{{{name}}} is no parameter of the runbook. {hint}".rstrip()
                    raise RunbookInvalid(f"{what}, step {step.name!r}: {problem}")

    @property
    def mentioned(self) -> Iterator[Any]:
        """The facts that its steps ask for, tell or have answered."""
        yield from self.fits.mentioned
        for step in self.steps:
            yield from step.when.mentioned
            match step:
                case Use() | Check():
                    yield from step.learns.values()
                case Decide():
                    yield step.fact
                case _:
                    pass

    @property
    def named(self) -> tuple[Recipient, ...]:
        """Whom it names, whatever for."""
        owners = (step.owner for step in self.steps if step.owner is not None)
        confirming = (each for step in self.steps if isinstance(step, Use) for each in step.confirmed_by)
        return tuple(dict.fromkeys((self.owner, *owners, *confirming)))

    def described(self, facts: Iterable[FactKind] = ()) -> RunbookForm:
        """Itself as documents hold it, with those facts that are not described beside it."""
        return RunbookForm(
            name=self.name,
            owner=str(self.owner),
            what=self.what,
            fits=str(self.fits),
            source=self.source,
            parameters=tuple(map(parameter_form, self.parameters)),
            steps=tuple(map(step_form, self.steps)),
            notice=self.notice,
            facts=tuple(facts),
        )

    def to_form(self) -> RunbookForm:
        """Itself as a document of its own, with all facts that it mentions."""
        return self.described(kinds(Vocabulary(*self.mentioned)))

    @classmethod
    def from_form(cls, form: RunbookForm, path: str = "", vocabulary: Vocabulary | None = None) -> Self:
        """The runbook that a document describes: at a path, and by facts that are described beside it, if any are."""
        with place(below(path, "facts")):
            known = Vocabulary(*form.facts) if vocabulary is None else vocabulary | Vocabulary(*form.facts)
        steps = [step_of(each, below(path, f"steps[{index}]"), known) for index, each in enumerate(form.steps)]
        parameters = [
            parameter_of(each, below(path, f"parameters[{index}]")) for index, each in enumerate(form.parameters)
        ]
        owner, fits = recipient_of(form.owner, below(path, "owner")), condition_of(form, "fits", path, known)
        with place(path):
            return cls(
                form.name,
                steps,
                owner=owner,
                what=form.what,
                parameters=parameters,
                fits=fits,
                notice=form.notice,
                source=form.source,
            )

    def to_toml(self) -> str:
        """All of it with the facts that it mentions, as people who write no Python edit it."""
        return convert.to_toml(self)

    @classmethod
    def from_toml(cls, text: str, *, source: str = "") -> Self:
        """Read what `to_toml` writes; `DocumentInvalid` names the place, and ``source`` the file if given."""
        return convert.from_toml(text, cls, source=source)

    def to_document(self) -> Document:
        """For people: what it is for, what has to be said, and its steps, counted from one."""
        return Document(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        yield Heading(self.name, level=1)
        if self.what.strip():
            yield Paragraph(self.what)
        yield Paragraph(f"Owner: {self.owner}")
        if self.fits != NEVER:
            yield Paragraph((Text("For incidents with "), Code(str(self.fits))))
        if self.parameters:
            yield Heading("What has to be said")
            yield Bullets(map(parameter_line, self.parameters))
        yield Heading("Steps")
        yield Steps(step_line(step, self.owner) for step in self.steps)
        if self.source.strip():
            yield Paragraph(f"Source: {self.source}")

    def to_mermaid(self) -> str:
        """A Mermaid flowchart: a diamond for every guard, and what is destructive in a heavy frame."""
        return flowchart(self.steps)


def runbooks_of(forms: Iterable[RunbookForm], vocabulary: Vocabulary) -> list[Runbook]:
    """The runbooks that a document describes under ``runbooks``, by the facts that it describes beside them."""
    return [Runbook.from_form(each, f"runbooks[{index}]", vocabulary) for index, each in enumerate(forms)]


def _check_names(what: str, kind: str, names: list[str], *, least: int) -> None:
    if not least <= len(names) <= MOST_STEPS:
        raise RunbookInvalid(f"{what} has {least} to {MOST_STEPS} {kind}s, not {len(names)}")
    for name in names:
        if names.count(name) > 1:
            raise RunbookInvalid(f"{what}: two {kind}s are called {name!r}: call one of them otherwise")


def parameters_of(step: Step) -> Iterator[str]:
    """The parameters that a step names."""
    match step:
        case Use() | Check():
            arguments = step.arguments
        case Include():
            arguments = step.parameters
        case _:
            return
    for argument in arguments.values():
        yield from mentioned_in(argument)


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
        _check_names("a playbook", "runbook", [each.name for each in self.runbooks], least=0)
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
        return convert.from_toml(text, cls, source=source)

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
        for name, each in known.items():
            if each.default is None and name not in step.parameters:
                raise RunbookInvalid(f"{what}: {included.name!r} needs {name!r}")
        return included

    def values(self, runbook: str, given: Mapping[str, object], incident: str, severity: str) -> dict[str, Value]:
        """The parameters for a run, defaults among them.

        Raises `UnknownRunbook`, and `ParametersInvalid` for everything that is wrong with them, be it only that a tool
        could not be asked with them: that is said before the first step.
        """
        book = self[runbook]
        values = read_all(runbook, book.parameters, given)
        problems: dict[str, str] = {}
        for placed in self.placed(runbook, values, incident, severity):
            if placed.operation is not None:
                try:
                    placed.request(SAMPLE_KEY)
                except (FieldInvalid, TypeError) as error:  # a validator, or a comparison before it
                    problems[f"step {placed.name!r}"] = str(error)
        if problems:
            raise ParametersInvalid(runbook, problems)
        return values

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
                inner: dict[str, Any] = {
                    each.name: each.default for each in included.parameters if each.default is not None
                }
                for each, argument in step.parameters.items():
                    if values.keys() >= {*mentioned_in(argument)}:  # a run may be older than what it needs by now
                        inner[each] = filled(argument, values)
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


def _split(runbook: Runbook, values: Mapping[str, Any]) -> dict[str, Argument]:
    """The values as tools take them: several names are a list."""
    kinds = {each.name: each.kind for each in runbook.parameters}
    several = {name for name, kind in kinds.items() if kind is ParameterKind.NAMES}
    return {
        name: tuple(value.split()) if name in several and isinstance(value, str) else value
        for name, value in values.items()
    }
