"""What a `Pager` promises."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered
from incidentkit.testing.conformance.samples import document, sample
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.words import does_it_for_another_key, shows_words

PAGE: Final = Method(
    name="page",
    answer=Receipt,
    request=lambda stage: sample(SendPage, stage),
    texts=("title", "reason", "message"),
    cut=("title", "reason", "message"),
    cutting=Level.SHOULD,  # the protocol does not say so, and a page that is refused wakes nobody
)

METHODS: Final = (PAGE,)


def _takes_any_purpose(stage: Stage) -> None:
    request = sample(SendPage, stage)
    answered(PAGE, stage, request)
    for purpose in Purpose:
        message = None if purpose is Purpose.PAGE else document("What to say in full.")
        other = evolve(request, key=stage.key(), purpose=purpose, message=message)
        outcome = stage.attempt("page", other)
        stage.expect(isinstance(outcome.answer, Receipt), f"for a {purpose}, {outcome}.")


OWN: Final[tuple[Check[Any], ...]] = (
    does_it_for_another_key(PAGE),
    shows_words(PAGE, "title"),
    Check(
        name="page_any_purpose",
        level=Level.MUST,
        promise="`page` takes a page of any purpose, with and without a message.",
        judge=_takes_any_purpose,
    ),
)
"""The promises of a pager alone."""
