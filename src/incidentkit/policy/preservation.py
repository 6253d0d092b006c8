"""When nothing may be destroyed that shows what happened. A readable way to build an obligation."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, each_of, expect
from incidentkit.model.conditions import Condition
from incidentkit.model.progress import EVIDENCE_HOLD
from incidentkit.policy.announcement import recipients_of
from incidentkit.policy.obligation import Attempt, Obligation, Recurrence
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import HOLD_LIFTED
from incidentkit.providers.pager import Purpose


def _attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    return each_of(Attempt, attempts, PlaybookInvalid, "notice is a list of attempts")


@frozen(kw_only=True)
class PreservationPolicy:
    """For which incidents evidence is held, from the first moment at which that is known until a person lifts it.

    While it is held no step is tried that may destroy evidence, be it confirmed.
    """

    held: Condition
    guardians: tuple[Recipient, ...] = field(default=(), converter=recipients_of)
    """Who is told that evidence is held, and decides when it need not be any longer."""
    notice: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How they are told: by the first of these that works."""
    source: str = ""
    """Where it is written down."""

    def __attrs_post_init__(self) -> None:
        expect(Condition, self.held, PlaybookInvalid, "held is a condition")

    def obligations(self) -> tuple[Obligation, ...]:
        """That evidence is held, and that its guardians know it."""
        hold = Obligation(
            id=EVIDENCE_HOLD,
            when=self.held,
            until=HOLD_LIFTED.is_(True),
            recurrence=Recurrence.ONCE,
            recipients=self.guardians,
            chain=self.notice if self.guardians else (),
            suffices=True,
            purpose=Purpose.NOTICE,
            because="evidence is held: destroy nothing that shows what happened",
            source=self.source,
        )
        return (hold,)
