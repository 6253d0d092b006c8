"""Runbooks as documents hold them: one by itself, several in a file, and those of a playbook."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from incidentkit.errors import place
from incidentkit.model.assessment import Value
from incidentkit.model.durations import duration_text
from incidentkit.model.facts import FactKind
from incidentkit.policy.forms.step import StepForm
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.parameter import Parameter, ParameterKind


@frozen(kw_only=True)
class ParameterForm:
    """A parameter of a runbook in a document."""

    name: str
    question: str = ""
    kind: ParameterKind = ParameterKind.TEXT
    options: tuple[str, ...] = ()
    default: Value | None = None
    """As a person would give it: a length of time is text."""


@frozen(kw_only=True)
class RunbookForm:
    """A runbook in a document."""

    name: str
    owner: str
    steps: tuple[StepForm, ...]
    what: str = ""
    fits: str = "false"
    source: str = ""
    parameters: tuple[ParameterForm, ...] = ()
    notice: tuple[Attempt, ...] = ()
    facts: tuple[FactKind, ...] = ()
    """The facts that it mentions and the document does not describe elsewhere."""


@frozen(kw_only=True)
class ShelfForm:
    """Several runbooks in a document."""

    runbooks: tuple[RunbookForm, ...] = ()
    facts: tuple[FactKind, ...] = ()
    """The facts that they mention."""


def parameter_form(parameter: Parameter) -> ParameterForm:
    """A parameter as documents hold it."""
    default = parameter.default
    return ParameterForm(
        name=parameter.name,
        question=parameter.question,
        kind=parameter.kind,
        options=parameter.options,
        default=duration_text(default) if isinstance(default, timedelta) else default,
    )


def parameter_of(form: ParameterForm, path: str) -> Parameter:
    """The parameter that a form at a path describes; `DocumentInvalid` names the place of what it cannot be."""
    with place(path):
        return Parameter(
            name=form.name, question=form.question, kind=form.kind, options=form.options, default=form.default
        )
