"""Who owes a review, as documents hold it."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.forms.texts import condition_of, recipient_of
from incidentkit.policy.obligation import Attempt
from incidentkit.policy.review import Invitation, ReviewPolicy, Topic


@frozen(kw_only=True)
class InvitationForm:
    """Somebody who is invited, in a document."""

    to: str
    when: str = "true"


@frozen(kw_only=True)
class ReviewForm:
    """A review policy in a document."""

    owner: str
    within: timedelta = timedelta(hours=48)
    applies: str = "true"
    reminders: tuple[Attempt, ...] = ()
    questions: tuple[str, ...] = ()
    agenda: tuple[Topic, ...] = ()
    invited: tuple[InvitationForm, ...] = ()


def review_form(policy: ReviewPolicy) -> ReviewForm:
    """A policy as documents hold it."""
    return ReviewForm(
        owner=str(policy.owner),
        within=policy.within,
        applies=str(policy.applies),
        reminders=policy.reminders,
        questions=policy.questions,
        agenda=policy.agenda,
        invited=tuple(InvitationForm(to=str(each.to), when=str(each.when)) for each in policy.invited),
    )


def review_of(form: ReviewForm, vocabulary: Vocabulary) -> ReviewPolicy:
    """The policy that a form describes."""
    owner, applies = recipient_of(form.owner, "review.owner"), condition_of(form, "applies", "review", vocabulary)
    invited = [_invitation(each, f"review.invited[{index}]", vocabulary) for index, each in enumerate(form.invited)]
    with place("review"):
        return ReviewPolicy(
            owner=owner,
            within=form.within,
            applies=applies,
            reminders=form.reminders,
            questions=form.questions,
            agenda=form.agenda,
            invited=invited,
        )


def _invitation(form: InvitationForm, path: str, vocabulary: Vocabulary) -> Invitation:
    return Invitation(recipient_of(form.to, f"{path}.to"), condition_of(form, "when", path, vocabulary))
