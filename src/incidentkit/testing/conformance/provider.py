"""The promises of a provider as a whole, whatever it is for."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from incidentkit.errors import shown
from incidentkit.providers.answer import Diagnosis
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method
from incidentkit.testing.conformance.outcome import Outcome
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.stage import Stage


def checks_of_provider(methods: Sequence[Method]) -> Iterator[Check[Any]]:
    """The promises of a provider that has these methods, and `diagnose`."""
    yield Check[Any](
        name="has_methods",
        level=Level.MUST,
        promise="It has every method of the protocol, and each takes one request by place.",
        judge=partial(has_methods, {**{method.name: 1 for method in methods}, "diagnose": 0}),
    )
    yield Check[Any](
        name="in_time",
        level=Level.MUST,
        promise="Every call comes back in time.",
        judge=partial(_comes_back, methods),
        timely=True,
    )
    yield Check[Any](
        name="errors_show_no_address",
        level=Level.SHOULD,
        promise="An error names no address of the system behind, since it is shown and kept.",
        judge=partial(_shows_no_address, methods),
    )
    yield Check[Any](
        name="diagnose_answers",
        level=Level.MUST,
        promise="`diagnose` answers with `Diagnosis`.",
        judge=_diagnoses,
    )
    yield Check[Any](
        name="diagnose_changes_nothing",
        level=Level.MUST,
        promise="`diagnose` changes nothing and reaches nobody.",
        judge=_diagnoses_quietly,
    )
    yield Check[Any](
        name="diagnose_outage",
        level=Level.SHOULD,
        promise="In an outage, `diagnose` says that it is not healthy, and why, without an address.",
        judge=_diagnoses_an_outage,
    )
    yield closing()


def closing() -> Check[Any]:
    """The promise of whatever can be closed."""
    return Check[Any](
        name="closes_twice",
        level=Level.MAY,
        promise="`close` or `aclose`, if there is one, does nothing the second time.",
        judge=_closes_twice,
    )


def has_methods(arguments: dict[str, int], stage: Stage) -> None:
    """Every method is there, and can be called with so many arguments by place."""
    for name, count in arguments.items():
        found: Any = getattr(stage.rig.provider, name, None)
        stage.expect(callable(found), f"there is no {name}.")
        try:
            inspect.signature(found).bind(*range(count))
        except TypeError as error:
            stage.fails(f"{name}{inspect.signature(found)}: {error}.")
        except ValueError:  # what is written in C says nothing of its arguments
            continue


def _comes_back(methods: Sequence[Method], stage: Stage) -> None:
    tried = [stage.attempt("diagnose")] if stage.has("diagnose") else []
    for method in methods:
        try:
            tried.append(stage.attempt(method.name, method.request(stage)))
        except Untold:
            continue  # what there is no request for cannot be late either
    if not tried:
        raise Untold("there was nothing to ask")


def _shows_no_address(methods: Sequence[Method], stage: Stage) -> None:
    asked = [*_asked_in_an_outage(methods, stage)]
    if all(outcome.error is None for _, outcome in asked):
        raise Untold("nothing raised an error while the system behind could not be reached")
    for name, outcome in asked:
        # Of whatever kind it is: a traceback in a log shows the one as well as the other.
        stage.expect(outcome.error is None or "://" not in str(outcome.error), f"{name} raised {outcome}.")


def _asked_in_an_outage(methods: Sequence[Method], stage: Stage) -> Iterator[tuple[str, Outcome]]:
    """What comes of each method while the system behind cannot be reached, where there is a request for it."""
    for method in methods:
        outage = stage.outage()
        try:
            request = method.request(stage)
        except Untold:
            continue
        with outage:
            outcome = stage.attempt(method.name, request)
        yield method.name, outcome
    if stage.has("diagnose"):
        with stage.outage():
            outcome = stage.attempt("diagnose")
        yield "diagnose", outcome


def _diagnosis(stage: Stage) -> Diagnosis:
    diagnosis = stage.call("diagnose")
    if not isinstance(diagnosis, Diagnosis):
        raise Untold(f"diagnose answered {shown(diagnosis)}, which is no Diagnosis")
    return diagnosis


def _diagnoses(stage: Stage) -> None:
    outcome = stage.attempt("diagnose")
    stage.expect(isinstance(outcome.answer, Diagnosis), f"{outcome}.")


def _diagnoses_quietly(stage: Stage) -> None:
    before = stage.effects()
    _diagnosis(stage)
    stage.expect(stage.effects() == before, f"{len(stage.effects())} things that happened, and {len(before)} before.")


def _diagnoses_an_outage(stage: Stage) -> None:
    outage = stage.outage()
    _diagnosis(stage)  # if it does not answer at all, another check says so
    with outage:
        outcome = stage.attempt("diagnose")
    stage.expect(isinstance(outcome.answer, Diagnosis), f"{outcome}.")
    diagnosis: Diagnosis = outcome.answer
    stage.expect(not diagnosis.healthy, f"it says that it is healthy: {diagnosis}.")
    stage.expect(bool(diagnosis.problem or diagnosis.missing_scopes), f"it does not say why: {diagnosis}.")
    stage.expect("://" not in diagnosis.problem, f"its problem shows an address: {shown(diagnosis.problem)}.")


def _closes_twice(stage: Stage) -> None:
    name = next((each for each in ("aclose", "close") if stage.has(each)), None)
    if name is None:
        raise Untold("it has nothing to close")
    for _ in range(2):
        outcome = stage.attempt(name)
        stage.expect(outcome.error is None, f"{outcome}.")
