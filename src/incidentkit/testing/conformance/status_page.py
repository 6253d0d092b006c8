"""What a `StatusPage` promises."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from incidentkit.errors import NotFound, RequestInvalid
from incidentkit.providers.answer import Receipt
from incidentkit.providers.status_page import PublicStatus, PublishStatus
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import fresh, sample
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.words import does_it_for_another_key, shows_words

PUBLISH: Final = Method(
    name="publish",
    answer=Receipt,
    request=lambda stage: sample(PublishStatus, stage, entry=""),
    adds=True,
    texts=("title", "message"),
    cut=("title", "message"),
)

METHODS: Final = (PUBLISH,)


def _entry(stage: Stage) -> str:
    """The reference of an entry that was just opened."""
    receipt: Receipt = answered(PUBLISH, stage, PUBLISH.request(stage))
    if not receipt.reference:
        raise Untold("publish gave no reference")
    return receipt.reference


def _gives_a_reference(stage: Stage) -> None:
    requests = [evolve(PUBLISH.request(stage), title=title) for title in ("Checkout returns 500", "Search is slow")]
    references = {answered(PUBLISH, stage, request).reference for request in requests}
    stage.expect(len(references) == 2 and all(references), f"{sorted(references)} for two entries.")


def _stays_on_the_entry(stage: Stage) -> None:
    entry = _entry(stage)
    for status in PublicStatus:
        outcome = stage.attempt("publish", sample(PublishStatus, stage, entry=entry, status=status))
        kept = isinstance(outcome.answer, Receipt) and outcome.answer.reference == entry
        stage.expect(kept, f"for {status} on {entry!r}, {outcome}.")


def _opens_again(stage: Stage) -> None:
    entry = _entry(stage)
    answered(PUBLISH, stage, sample(PublishStatus, stage, entry=entry))
    answered(PUBLISH, stage, sample(PublishStatus, stage, entry=entry, status=PublicStatus.RESOLVED))
    outcome = stage.attempt("publish", sample(PublishStatus, stage, entry=entry, status=PublicStatus.MONITORING))
    stage.expect(isinstance(outcome.answer, Receipt), f"{outcome}.")


def _opens_no_other_entry(stage: Stage) -> None:
    entry = _entry(stage)
    outcome = stage.attempt("publish", sample(PublishStatus, stage, entry=fresh(entry)))
    stage.expect(isinstance(outcome.error, NotFound), f"{outcome}.")


def _refuses_blank_titles(stage: Stage) -> None:
    request = PUBLISH.request(stage)
    answered(PUBLISH, stage, request)
    for title in ("", " \n"):
        outcome = stage.attempt("publish", evolve(request, key=stage.key(), title=title))
        stage.expect(isinstance(outcome.error, RequestInvalid), f"for {title!r}, {outcome}.")


OWN: Final[tuple[Check[Any], ...]] = (
    does_it_for_another_key(PUBLISH),
    shows_words(PUBLISH, "message"),
    Check(
        name="publish_reference",
        level=Level.MUST,
        promise="The receipt of `publish` has the reference of the entry, another one for each new entry.",
        judge=_gives_a_reference,
    ),
    Check(
        name="publish_same_entry",
        level=Level.MUST,
        promise="`publish` says on an entry that is there how things stand, and its receipt has that entry.",
        judge=_stays_on_the_entry,
    ),
    Check(
        name="publish_reopens",
        level=Level.MUST,
        promise="`publish` opens an entry again that was resolved.",
        judge=_opens_again,
    ),
    Check(
        name="publish_unknown_entry",
        level=Level.MUST,
        promise="`publish` raises `NotFound` for an entry that is not there, and opens no other in its place.",
        judge=_opens_no_other_entry,
    ),
    Check(
        name="publish_blank_title",
        level=Level.MUST,
        promise="`publish` raises `RequestInvalid` for a blank title.",
        judge=_refuses_blank_titles,
    ),
)
"""The promises of a status page alone."""
