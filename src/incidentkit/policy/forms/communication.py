"""What is announced, as documents hold it."""

from __future__ import annotations

from attrs import field, frozen

from incidentkit.errors import place
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.act import Act
from incidentkit.policy.communication import (
    DEFAULT_CHANNEL,
    NEUTRAL,
    NEUTRAL_END,
    POSTING,
    Announcement,
    CommunicationPolicy,
    Occasion,
)
from incidentkit.policy.forms.texts import condition_of, recipient_of, recipients_of
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.template import Template


@frozen(kw_only=True)
class AnnouncementForm:
    """Something to tell, in a document."""

    name: str
    template: str = ""
    to: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    on: Occasion = Occasion.DECLARED
    applies: str = "true"
    after: tuple[str, ...] = ()
    confidential: bool = False
    because: str = ""
    source: str = ""


@frozen(kw_only=True)
class CommunicationForm:
    """A communication policy in a document."""

    owner: str
    announcements: tuple[AnnouncementForm, ...] = ()
    templates: dict[str, Template] = field(factory=dict[str, Template])
    notice: tuple[Attempt, ...] = ()
    reminders: tuple[str, ...] = ()
    zone: str = "UTC"
    channel: str = DEFAULT_CHANNEL
    neutral: str = NEUTRAL
    neutral_end: str = NEUTRAL_END
    status_page: str = ""
    restricted: str = "false"
    guardians: tuple[str, ...] = ()
    backoff: Backoff = POSTING


def communication_form(policy: CommunicationPolicy) -> CommunicationForm:
    """A policy as documents hold it."""
    return CommunicationForm(
        owner=str(policy.owner),
        announcements=tuple(map(_announcement_form, policy.announcements)),
        templates={**policy.templates},
        notice=policy.notice,
        reminders=policy.reminders,
        zone=policy.zone,
        channel=policy.channel,
        neutral=policy.neutral,
        neutral_end=policy.neutral_end,
        status_page=policy.status_page,
        restricted=str(policy.restricted),
        guardians=tuple(map(str, policy.guardians)),
        backoff=policy.backoff,
    )


def _announcement_form(announcement: Announcement) -> AnnouncementForm:
    return AnnouncementForm(
        name=announcement.name,
        template=announcement.template,
        to=tuple(map(str, announcement.to)),
        acts=announcement.acts,
        on=announcement.on,
        applies=str(announcement.applies),
        after=announcement.after,
        confidential=announcement.confidential,
        because=announcement.because,
        source=announcement.source,
    )


def communication_of(form: CommunicationForm, vocabulary: Vocabulary) -> CommunicationPolicy:
    """The policy that a form describes; `DocumentInvalid` names the place of what it cannot be."""
    path = "communication"
    announcements = [
        _announcement(each, f"{path}.announcements[{index}]", vocabulary)
        for index, each in enumerate(form.announcements)
    ]
    owner, guardians = recipient_of(form.owner, f"{path}.owner"), recipients_of(form.guardians, f"{path}.guardians")
    restricted = condition_of(form, "restricted", path, vocabulary)
    with place(path):
        return CommunicationPolicy(
            owner=owner,
            announcements=announcements,
            templates=form.templates,
            notice=form.notice,
            reminders=form.reminders,
            zone=form.zone,
            channel=form.channel,
            neutral=form.neutral,
            neutral_end=form.neutral_end,
            status_page=form.status_page,
            restricted=restricted,
            guardians=guardians,
            backoff=form.backoff,
        )


def _announcement(form: AnnouncementForm, path: str, vocabulary: Vocabulary) -> Announcement:
    to = recipients_of(form.to, f"{path}.to")
    applies = condition_of(form, "applies", path, vocabulary)
    with place(path):
        return Announcement(
            name=form.name,
            template=form.template,
            to=to,
            acts=form.acts,
            on=form.on,
            applies=applies,
            after=form.after,
            confidential=form.confidential,
            because=form.because,
            source=form.source,
        )
