"""Strategies for runbooks, and for several that include each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, TypeGuard

from attrs import NOTHING, fields
from hypothesis import strategies as st

from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.facts import Clock, FactKind, SeverityFact
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.parameter import Argument, Parameter, ParameterKind, literal
from incidentkit.policy.recipient import Recipient, person, role, team
from incidentkit.policy.runbook import MOST_STEPS, Runbook
from incidentkit.policy.shelf import Shelf
from incidentkit.policy.step import LONGEST_STEP, Check, Decide, Failure, Include, Instruct, Step, Use, told_by
from incidentkit.providers.tools import OPERATIONS, Operation, ToolRequest
from incidentkit.testing.conditions import conditions
from incidentkit.testing.directory import METHODS
from incidentkit.testing.facts import vocabularies
from incidentkit.testing.identity import names, texts
from incidentkit.testing.tools import tool_requests

_MINUTES: Final = st.sampled_from([timedelta(minutes=each) for each in (1, 2, 5, 15)])
_OWNERS: Final = st.sampled_from([role("technical lead"), role("incident commander"), person("ada"), team("payments")])
_WORDS: Final = st.just("") | texts()
_SAID: Final = _WORDS.map(literal)
_CHECKING: Final = [each for each in OPERATIONS if any(part.name == "healthy" for part in fields(each.answer))]
_STEPS: Final = st.sampled_from(
    [
        "check",
        "restart it",
        "Größe",
        "緊急",
        "عاجل",
        "🚨",
        "a.b",
        "7",
        "<b>|`*_",
        'say "no"',
        "it's",
        "x" * LONGEST_STEP,
    ]
)
_NAMES: Final = _STEPS | names().map(lambda name: name.replace("/", "-").replace("#", "-")[:LONGEST_STEP].strip())

_DEFAULTS: Final[dict[ParameterKind, st.SearchStrategy[Any]]] = {
    ParameterKind.TEXT: texts(blank=False),
    ParameterKind.NAMES: st.lists(st.sampled_from(["search", "feed", "Größe", "緊急"]), min_size=1, max_size=3),
    ParameterKind.COUNT: st.integers(0, 1000),
    ParameterKind.DURATION: _MINUTES,
    ParameterKind.FLAG: st.booleans(),
}


@st.composite
def runbooks(
    draw: st.DrawFn,
    vocabulary: Vocabulary | None = None,
    *,
    owners: st.SearchStrategy[Recipient] = _OWNERS,
    methods: Sequence[str] = METHODS,
    others: Sequence[Runbook] = (),
) -> Runbook:
    """Runbooks of one to five steps of every kind, with up to three parameters that some of them name.

    Their guards are over a vocabulary, which is drawn if not given. What they include is one of ``others``, with all
    of its parameters.
    """
    known = draw(vocabularies()) if vocabulary is None else vocabulary
    parameters = draw(st.lists(_parameters(), max_size=3, unique_by=lambda each: each.name))
    every = _steps(known, owners, [each.name for each in parameters], others)
    steps = st.just(known).flatmap(lambda _: every)  # Hypothesis describes in full what it draws twice from
    return Runbook(
        draw(_NAMES),
        draw(st.lists(steps, min_size=1, max_size=5, unique_by=lambda each: each.name)),
        owner=draw(owners),
        what=draw(_WORDS),
        parameters=parameters,
        fits=draw(st.just(NEVER) | conditions(known)),
        notice=draw(st.lists(st.builds(Attempt, st.sampled_from(methods), _MINUTES), max_size=2)),
        source=draw(_WORDS),
    )


@st.composite
def shelves(
    draw: st.DrawFn,
    vocabulary: Vocabulary | None = None,
    *,
    owners: st.SearchStrategy[Recipient] = _OWNERS,
    methods: Sequence[str] = METHODS,
) -> Shelf:
    """One to three runbooks over one vocabulary; each may include those before it.

    The parameters are those of `runbooks`.
    """
    known = draw(vocabularies()) if vocabulary is None else vocabulary
    several: list[Runbook] = []
    for _ in range(draw(st.integers(1, 3))):
        drawn = draw(runbooks(known, owners=owners, methods=methods, others=several))
        if all(drawn.name != each.name for each in several):
            several.append(drawn)
    assert sum(len(each.steps) for each in several) < MOST_STEPS
    return Shelf(tuple(several))


@st.composite
def _parameters(draw: st.DrawFn) -> Parameter:
    name = draw(st.sampled_from(["version", "services", "wait", "count", "if", "a_1"]))
    kind = draw(st.sampled_from(ParameterKind))
    default = draw(st.none() | _DEFAULTS[kind])
    options = draw(st.just(()) | st.just((default, "other"))) if isinstance(default, str) else ()
    return Parameter(name=name, question=draw(_WORDS), kind=kind, default=default, options=options)


def _steps(
    vocabulary: Vocabulary, owners: st.SearchStrategy[Recipient], parameters: Sequence[str], others: Sequence[Runbook]
) -> st.SearchStrategy[Step]:
    guards: st.SearchStrategy[Condition] = st.just(ALWAYS) | conditions(vocabulary)
    said = _SAID | st.sampled_from(parameters).map("as {{{}}} says".format) if parameters else _SAID
    common = {"name": _STEPS, "what": said, "when": guards, "owner": st.none() | owners, "source": _WORDS}
    facts = [each for each in vocabulary.values() if isinstance(each, FactKind)]
    learnt = [each for each in facts if not isinstance(each, Clock | SeverityFact)]
    kinds: list[st.SearchStrategy[Step]] = [
        st.builds(Instruct, **common),
        st.sampled_from(OPERATIONS).flatmap(lambda each: _uses(common, each, owners, parameters, learnt)),
        st.sampled_from(_CHECKING).flatmap(lambda each: _checks(common, each, parameters, learnt)),
    ]
    if learnt:
        kinds.append(st.builds(Decide, **common, fact=st.sampled_from(learnt)))
    if others:
        kinds.append(st.sampled_from(others).flatmap(lambda each: _includes(common, each)))
    return st.one_of(kinds)


def _uses(
    common: dict[str, st.SearchStrategy[Any]],
    operation: Operation,
    owners: st.SearchStrategy[Recipient],
    parameters: Sequence[str],
    learnt: Sequence[FactKind],
) -> st.SearchStrategy[Step]:
    return st.builds(
        Use,
        **common,
        **_asked(operation, parameters, learnt),
        confirm=st.none() if operation.destructive else st.none() | st.booleans(),
        confirmed_by=st.lists(owners, max_size=2),
        valid=_MINUTES,
        destroys=st.sampled_from([None, True]) if operation.destructive else st.sampled_from([None, False]),
        temporary=st.booleans() if operation.changes else st.just(False),
    )


def _checks(
    common: dict[str, st.SearchStrategy[Any]],
    operation: Operation,
    parameters: Sequence[str],
    learnt: Sequence[FactKind],
) -> st.SearchStrategy[Step]:
    spans = st.just(timedelta()) | _MINUTES
    times = {"every": _MINUTES, "patience": spans, "lasting": spans}
    return st.builds(Check, **common, **_asked(operation, parameters, learnt), **times)


def _includes(common: dict[str, st.SearchStrategy[Any]], other: Runbook) -> st.SearchStrategy[Step]:
    given: dict[str, st.SearchStrategy[Any]] = {each.name: _given(each) for each in other.parameters}
    return st.builds(Include, **common, runbook=st.just(other.name), parameters=st.fixed_dictionaries(given))


def _given(parameter: Parameter) -> st.SearchStrategy[Argument]:
    if parameter.options:
        return st.sampled_from(parameter.options).map(_literal)
    values = _DEFAULTS[parameter.kind]
    return values.map(_literal)


def _asked(
    operation: Operation, parameters: Sequence[str], learnt: Sequence[FactKind]
) -> dict[str, st.SearchStrategy[Any]]:
    """What every step has that asks a tool."""
    told = [
        (name, fact) for name, kinds in told_by(operation.name).items() for fact in learnt if isinstance(fact, kinds)
    ]
    arguments = _saying(operation)
    if parameters:
        arguments = st.tuples(arguments, st.sampled_from(parameters), st.booleans()).map(_with_parameter)
    return {
        "operation": st.just(operation.name),
        "arguments": arguments,
        "learns": st.lists(st.sampled_from(told), max_size=2).map(dict) if told else st.just({}),
        "on_failure": st.sampled_from(Failure),
        "within": st.none() | _MINUTES,
    }


@cache
def _saying(operation: Operation) -> st.SearchStrategy[dict[str, Argument]]:
    return tool_requests(operation).map(_arguments)


def _arguments(request: ToolRequest) -> dict[str, Argument]:
    """What a request says that a step can say: all that it has to, and what is not as it is anyway."""
    said = {
        each.name: getattr(request, each.name)
        for each in fields(type(request))
        if each.name not in ("key", "incident")
        and (each.default is NOTHING or getattr(request, each.name) != each.default)
    }
    return {name: _literal(value) for name, value in said.items() if not isinstance(value, datetime)}


def _literal(value: Any) -> Argument:
    """The value, whose braces are no names of parameters."""
    if isinstance(value, str):
        return literal(value)
    return tuple(str(_literal(each)) for each in value) if _is_several(value) else value


def _is_several(value: object) -> TypeGuard[Sequence[str]]:
    return isinstance(value, list | tuple)


def _with_parameter(drawn: tuple[dict[str, Argument], str, bool]) -> dict[str, Argument]:
    """The arguments, one of them in words with the name of a parameter, or the name alone."""
    arguments, name, alone = drawn
    first = next(iter(arguments), None)
    return arguments if first is None else {**arguments, first: f"{{{name}}}" if alone else f"as {{{name}}} says"}
