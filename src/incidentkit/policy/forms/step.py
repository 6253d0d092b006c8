"""The steps of runbooks as documents hold them: each says by its ``kind`` what it is, and facts stand by name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, TypeAlias, assert_never, cast

from attrs import field, frozen

from incidentkit.errors import below, place
from incidentkit.model.durations import duration_text
from incidentkit.model.facts import FactKind
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.texts import condition_of, recipient_of, recipients_of
from incidentkit.policy.parameter import Argument
from incidentkit.policy.step import (
    CHECKED_EVERY,
    CONFIRMED_FOR,
    Check,
    Decide,
    Failure,
    Include,
    Instruct,
    Step,
    ToolStep,
    Use,
    lengths_of,
)


@frozen(kw_only=True)
class BaseStepForm:
    """What every step has in a document."""

    name: str
    what: str = ""
    when: str = "true"
    owner: str = ""
    source: str = ""


@frozen(kw_only=True)
class ToolStepForm(BaseStepForm):
    """What the steps have in a document that ask a tool."""

    operation: str
    arguments: dict[str, Argument] = field(factory=dict[str, Argument])
    learns: dict[str, str] = field(factory=dict[str, str])
    """The names of facts, by the fields of the answer."""
    on_failure: Failure = Failure.WAIT
    within: timedelta | None = None


@frozen(kw_only=True)
class UseForm(ToolStepForm):
    """A step in a document by which a tool does or says something."""

    tag: ClassVar[str] = Use.kind

    confirm: bool | None = None
    confirmed_by: tuple[str, ...] = ()
    valid: timedelta = CONFIRMED_FOR
    destroys: bool | None = None
    temporary: bool = False


@frozen(kw_only=True)
class CheckForm(ToolStepForm):
    """A step in a document by which a tool says whether something is well."""

    tag: ClassVar[str] = Check.kind

    every: timedelta = CHECKED_EVERY
    patience: timedelta = timedelta()
    lasting: timedelta = timedelta()


@frozen(kw_only=True)
class InstructForm(BaseStepForm):
    """A step in a document that people do."""

    tag: ClassVar[str] = Instruct.kind


@frozen(kw_only=True)
class DecideForm(BaseStepForm):
    """A step in a document by which people answer something."""

    tag: ClassVar[str] = Decide.kind

    fact: str
    """The name of what they answer."""


@frozen(kw_only=True)
class IncludeForm(BaseStepForm):
    """A step in a document that is another runbook."""

    tag: ClassVar[str] = Include.kind

    runbook: str
    parameters: dict[str, Argument] = field(factory=dict[str, Argument])


StepForm: TypeAlias = UseForm | CheckForm | InstructForm | DecideForm | IncludeForm
"""A step in a document."""


def step_form(step: Step) -> StepForm:
    """A step as documents hold it."""
    common: dict[str, Any] = {
        "name": step.name,
        "what": step.what,
        "when": str(step.when),
        "owner": "" if step.owner is None else str(step.owner),
        "source": step.source,
    }
    match step:
        case Use():
            return UseForm(
                **common,
                **_asked(step),
                confirm=step.confirm,
                confirmed_by=tuple(map(str, step.confirmed_by)),
                valid=step.valid,
                destroys=step.destroys,
                temporary=step.temporary,
            )
        case Check():
            times: dict[str, Any] = {"every": step.every, "patience": step.patience, "lasting": step.lasting}
            return CheckForm(**common, **_asked(step), **times)
        case Instruct():
            return InstructForm(**common)
        case Decide():
            return DecideForm(**common, fact=step.fact.name)
        case Include():
            return IncludeForm(**common, runbook=step.runbook, parameters={**step.parameters})
        case _:
            assert_never(step)


def _asked(step: ToolStep) -> dict[str, Any]:
    """What a tool is asked, and what for; a length of time is plain text where nothing else can stand."""
    lengths = lengths_of(step.operation)
    written = {
        name: duration_text(value) if name in lengths and isinstance(value, timedelta) else value
        for name, value in step.arguments.items()
    }
    return {
        "operation": step.operation,
        "arguments": written,
        "learns": {name: fact.name for name, fact in step.learns.items()},
        "on_failure": step.on_failure,
        "within": step.within,
    }


def step_of(form: StepForm, path: str, vocabulary: Vocabulary) -> Step:
    """The step that a form at a path describes; `DocumentInvalid` names the place of what it cannot be."""
    common: dict[str, Any] = {
        "name": form.name,
        "what": form.what,
        "when": condition_of(form, "when", path, vocabulary),
        "owner": recipient_of(form.owner, f"{path}.owner") if form.owner else None,
        "source": form.source,
    }
    match form:
        case UseForm():
            confirming = recipients_of(form.confirmed_by, f"{path}.confirmed_by")
            asked = _asking(form, path, vocabulary)
            more = {name: getattr(form, name) for name in ("confirm", "valid", "destroys", "temporary")}
            with place(path):
                return Use(**common, **asked, **more, confirmed_by=confirming)
        case CheckForm():
            asked = _asking(form, path, vocabulary)
            with place(path):
                return Check(**common, **asked, every=form.every, patience=form.patience, lasting=form.lasting)
        case InstructForm():
            with place(path):
                return Instruct(**common)
        case DecideForm():
            fact = _fact(form.fact, f"{path}.fact", vocabulary)
            with place(path):
                return Decide(**common, fact=fact)
        case IncludeForm():
            with place(path):
                return Include(**common, runbook=form.runbook, parameters=form.parameters)
        case _:
            assert_never(form)


def _asking(form: ToolStepForm, path: str, vocabulary: Vocabulary) -> dict[str, Any]:
    return {
        "operation": form.operation,
        "arguments": form.arguments,
        "learns": _facts(form.learns, f"{path}.learns", vocabulary),
        "on_failure": form.on_failure,
        "within": form.within,
    }


def _facts(names: Mapping[str, str], path: str, vocabulary: Vocabulary) -> dict[str, FactKind]:
    return {each: _fact(name, below(path, each), vocabulary) for each, name in names.items()}


def _fact(name: str, path: str, vocabulary: Vocabulary) -> FactKind:
    """The fact of that name; whether a step can be about it, the step says."""
    with place(path):
        return cast(FactKind, vocabulary[name])
