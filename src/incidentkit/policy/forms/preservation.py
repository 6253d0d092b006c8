"""For which incidents evidence is held, as documents say it."""

from __future__ import annotations

from attrs import frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.texts import condition_of, recipients_of
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.preservation import PreservationPolicy


@frozen(kw_only=True)
class PreservationForm:
    """A preservation policy in a document."""

    held: str
    guardians: tuple[str, ...] = ()
    notice: tuple[Attempt, ...] = ()
    source: str = ""


def preservation_form(policy: PreservationPolicy) -> PreservationForm:
    """A policy as documents hold it."""
    return PreservationForm(
        held=str(policy.held),
        guardians=tuple(map(str, policy.guardians)),
        notice=policy.notice,
        source=policy.source,
    )


def preservation_of(form: PreservationForm, vocabulary: Vocabulary) -> PreservationPolicy:
    """The policy that a form describes; `DocumentInvalid` names the place of what it cannot be."""
    held = condition_of(form, "held", "preservation", vocabulary)
    guardians = recipients_of(form.guardians, "preservation.guardians")
    with place("preservation"):
        return PreservationPolicy(held=held, guardians=guardians, notice=form.notice, source=form.source)
