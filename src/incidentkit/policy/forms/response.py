"""Who answers for the clocks of severities, as documents hold it."""

from __future__ import annotations

from attrs import frozen

from incidentkit.policy.forms.texts import recipient_of
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.response import ResponsePolicy


@frozen(kw_only=True)
class ResponseForm:
    """A response policy in a document."""

    owner: str
    reminders: tuple[Attempt, ...] = ()


def response_form(policy: ResponsePolicy) -> ResponseForm:
    """A policy as documents hold it."""
    return ResponseForm(owner=str(policy.owner), reminders=policy.reminders)


def response_of(form: ResponseForm) -> ResponsePolicy:
    """The policy that a form describes."""
    return ResponsePolicy(owner=recipient_of(form.owner, "response.owner"), reminders=form.reminders)
