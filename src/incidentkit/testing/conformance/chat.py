"""What a `Chat` promises."""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from incidentkit.errors import AlreadyExists, RequestInvalid
from incidentkit.providers.answer import Receipt
from incidentkit.providers.chat import CloseChannel, OpenChannel, PostMessage
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered, remembered
from incidentkit.testing.conformance.promise import Untold
from incidentkit.testing.conformance.samples import fresh, sample
from incidentkit.testing.conformance.stage import Stage
from incidentkit.testing.conformance.words import does_it_for_another_key, shows_words

OPEN: Final = Method(
    name="open_channel",
    answer=Receipt,
    request=lambda stage: sample(OpenChannel, stage, name=fresh("conformance")),
    adds=True,
    texts=("name", "topic"),
    cut=("topic",),
)
POST: Final = Method(
    name="post",
    answer=Receipt,
    request=lambda stage: sample(PostMessage, stage, channel=_channel(stage)),
    adds=True,
    texts=("message",),
    cut=("message",),
    refuses=("channel",),
)
CLOSE: Final = Method(
    name="close_channel",
    answer=Receipt,
    request=lambda stage: sample(CloseChannel, stage, channel=_channel(stage)),
    refuses=("channel",),
)

METHODS: Final = (OPEN, POST, CLOSE)


def _channel(stage: Stage) -> str:
    """The reference of a channel that was just opened."""
    receipt: Receipt = answered(OPEN, stage, OPEN.request(stage))
    if not receipt.reference:
        raise Untold("open_channel gave no reference")
    return receipt.reference


def _gives_a_reference(stage: Stage) -> None:
    receipts = [answered(OPEN, stage, OPEN.request(stage)) for _ in range(2)]
    references = {receipt.reference for receipt in receipts}
    stage.expect(len(references) == 2 and all(references), f"{sorted(references)} for two channels.")


def _takes_no_name_twice(stage: Stage) -> None:
    request = OPEN.request(stage)
    answered(OPEN, stage, request)
    outcome = stage.attempt("open_channel", evolve(request, key=stage.key()))
    stage.expect(isinstance(outcome.error, AlreadyExists), f"{outcome}.")


def _takes_no_other_name(stage: Stage) -> None:
    answered(OPEN, stage, OPEN.request(stage))
    for name in (f"Ärger {fresh('x')}!", fresh("long") * 40):
        outcome = stage.attempt("open_channel", sample(OpenChannel, stage, name=name))
        if outcome.error is None:
            posted = stage.attempt("post", sample(PostMessage, stage, channel=name))
            stage.expect(posted.error is None, f"{name!r} was opened, and there is no channel of that name: {posted}.")
        else:
            stage.expect(isinstance(outcome.error, RequestInvalid), f"for {name!r}, {outcome}.")


def _posts_by_name(stage: Stage) -> None:
    request = OPEN.request(stage)
    reference = answered(OPEN, stage, request).reference
    answered(POST, stage, sample(PostMessage, stage, channel=reference))
    outcome = stage.attempt("post", sample(PostMessage, stage, channel=request.name))
    stage.expect(outcome.error is None, f"{outcome}.")


def _opens_again_to_post(stage: Stage) -> None:
    request = POST.request(stage)
    answered(POST, stage, request)
    answered(CLOSE, stage, sample(CloseChannel, stage, channel=request.channel))
    outcome = stage.attempt("post", evolve(request, key=stage.key()))
    stage.expect(outcome.error is None, f"{outcome}.")


def _remembers_after_closing(stage: Stage) -> None:
    request = OPEN.request(stage)
    receipt = remembered(OPEN, stage, request)
    answered(CLOSE, stage, sample(CloseChannel, stage, channel=receipt.reference))
    if stage.call("open_channel", evolve(request, name=fresh("conformance"), key=stage.key())) == receipt:
        raise Untold("open_channel gives every channel the same receipt")
    outcome = stage.attempt("open_channel", request)
    stage.expect(outcome.answer == receipt, f"first {receipt}, then {outcome}.")


def _closes_what_is_closed(stage: Stage) -> None:
    request = CLOSE.request(stage)
    receipt = answered(CLOSE, stage, request)
    outcome = stage.attempt("close_channel", evolve(request, key=stage.key()))
    kept = isinstance(outcome.answer, Receipt) and outcome.answer.reference == receipt.reference
    stage.expect(kept, f"first {receipt}, then {outcome}.")


OWN: Final[tuple[Check[Any], ...]] = (
    does_it_for_another_key(POST),
    shows_words(POST, "message"),
    Check(
        name="open_channel_reference",
        level=Level.MUST,
        promise="The receipt of `open_channel` has a reference, another one for each channel.",
        judge=_gives_a_reference,
    ),
    Check(
        name="open_channel_taken",
        level=Level.MUST,
        promise="`open_channel` raises `AlreadyExists` for a name that a channel has, opened with another key.",
        judge=_takes_no_name_twice,
    ),
    Check(
        name="open_channel_other_name",
        level=Level.MUST,
        promise="`open_channel` raises `RequestInvalid` for a name that the system does not allow, and takes no other.",
        judge=_takes_no_other_name,
    ),
    Check(
        name="open_channel_after_close",
        level=Level.MUST,
        promise="`open_channel` gives for a key that was used before the first answer, though the channel was closed.",
        judge=_remembers_after_closing,
    ),
    Check(
        name="post_by_name",
        level=Level.MUST,
        promise="`post` takes the name of a channel as well as its reference.",
        judge=_posts_by_name,
    ),
    Check(
        name="post_reopens",
        level=Level.MUST,
        promise="`post` opens a channel again that was closed.",
        judge=_opens_again_to_post,
    ),
    Check(
        name="close_channel_again",
        level=Level.MUST,
        promise="`close_channel` answers the same for a channel that is closed already.",
        judge=_closes_what_is_closed,
    ),
)
"""The promises of a chat alone."""
