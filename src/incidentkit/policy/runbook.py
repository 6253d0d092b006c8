"""Runbooks: what to do step by step, as data. A readable way to build obligations, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Self

from attrs import field, frozen

from incidentkit import convert
from incidentkit.errors import (
    RunbookInvalid,
    below,
    each_of,
    expect,
    nearest,
    place,
    shown,
)
from incidentkit.model.conditions import NEVER, Condition
from incidentkit.model.facts import FactKind, kinds
from incidentkit.model.identity import checked_name
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.runbook import RunbookForm, parameter_form, parameter_of
from incidentkit.policy.forms.step import step_form, step_of
from incidentkit.policy.forms.texts import condition_of, recipient_of
from incidentkit.policy.obligation import Attempt, checked_reason
from incidentkit.policy.outline import flowchart, parameter_line, step_line
from incidentkit.policy.parameter import (
    GIVEN,
    Parameter,
    mentioned_in,
)
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.step import LONGEST_STEP, Check, Decide, Include, Step, Use
from incidentkit.text.document import Block, Bullets, Code, Document, Heading, Paragraph, Steps, Text

MOST_STEPS: Final = 200
"""Steps that a runbook may have, with those of the runbooks that it includes."""


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
        expect(
            Recipient, self.owner, RunbookInvalid, f"{what}: its owner is a recipient, such as role('technical lead')"
        )
        expect(Condition, self.fits, RunbookInvalid, f"{what}: fits is a condition, as Condition.parse reads it")
        check_names(what, "step", [step.name for step in self.steps], least=1)
        check_names(what, "parameter", [each.name for each in self.parameters], least=0)
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


def check_names(what: str, kind: str, names: list[str], *, least: int) -> None:
    """Refuse too few, too many, or two of one name; ``kind`` is what they name."""
    if not least <= len(names) <= MOST_STEPS:
        raise RunbookInvalid(f"{what} has {least} to {MOST_STEPS} {kind}s, not {len(names)}")
    for name in names:
        if names.count(name) > 1:
            raise RunbookInvalid(f"{what}: two {kind}s are called {name!r}: call one of them otherwise")


def parameters_of(step: Step) -> Iterator[str]:
    """The parameters that a step names, in its words or in what it gives."""
    yield from mentioned_in(step.what)
    match step:
        case Use() | Check():
            arguments = step.arguments
        case Include():
            arguments = step.parameters
        case _:
            return
    for argument in arguments.values():
        yield from mentioned_in(argument)
