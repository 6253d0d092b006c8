"""What a `Pager` promises."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from incidentkit.errors import shown
from incidentkit.providers.answer import Receipt
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered, effects_of_one, more_of
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import document, sample
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.words import does_it_for_another_key, shows_words

PAGE: Final = Method(
    name="page",
    answer=Receipt,
    request=lambda stage: sample(SendPage, stage),
    adds=True,
    texts=("title", "reason", "message"),
    cut=("title", "reason", "message"),
    cutting=Level.SHOULD,  # the protocol does not say so, and a page that is refused wakes nobody
)

METHODS: Final = (PAGE,)


def _takes_any_purpose(stage: Stage) -> None:
    usual = effects_of_one(PAGE, stage)
    answered(PAGE, stage, sample(SendPage, stage))
    for purpose in Purpose:
        message = None if purpose is Purpose.PAGE else document("What to say in full.")
        before = stage.effects() if usual else ()
        outcome = stage.attempt("page", evolve(sample(SendPage, stage), purpose=purpose, message=message))
        stage.expect(isinstance(outcome.answer, Receipt), f"for a {purpose}, {outcome}.")
        is_seen = usual == 0 or stage.effects() != before
        stage.expect(is_seen, f"for a {purpose}, an answer, and nothing that happened.")


def _sends_one(stage: Stage) -> None:
    before = stage.effects()
    answered(PAGE, stage, sample(SendPage, stage))
    sent = more_of(before, stage.effects())
    if not sent:
        raise Untold("nothing happened when page answered")
    stage.expect(len(sent) == 1, f"{len(sent)} messages for one page, as {shown(sent[0])}.")


OWN: Final[tuple[Check[Any], ...]] = (
    Check(
        name="page_one_message",
        level=Level.MUST,
        promise="`page` sends one message for one page.",
        judge=_sends_one,
    ),
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
