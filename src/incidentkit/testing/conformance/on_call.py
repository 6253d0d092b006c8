"""What an `OnCall` promises."""

from __future__ import annotations

from typing import Any, Final

from incidentkit.providers.on_call import FindOnCall, OnCallNow
from incidentkit.testing.conformance.check import Check
from incidentkit.testing.conformance.level import Level
from incidentkit.testing.conformance.method import Method, answered
from incidentkit.testing.conformance.samples import sample
from incidentkit.testing.conformance.stage import Stage

ON_CALL: Final = Method(
    name="on_call",
    answer=OnCallNow,
    request=lambda stage: sample(FindOnCall, stage),
    changes=False,
    texts=("schedule",),
    refuses=("schedule",),
)

METHODS: Final = (ON_CALL,)


def _names_people(stage: Stage) -> None:
    people: object = answered(ON_CALL, stage, ON_CALL.request(stage)).people
    kept = isinstance(people, tuple) and all(isinstance(each, str) and each for each in people)  # pyright: ignore[reportUnknownVariableType]
    stage.expect(kept, f"people={people!r}.")


OWN: Final[tuple[Check[Any], ...]] = (
    Check(
        name="on_call_people",
        level=Level.MUST,
        promise="`on_call` names people by their ids, in a tuple.",
        judge=_names_people,
    ),
)
"""The promises of an on-call system alone."""
