"""Playbooks as documents hold them: conditions as text, recipients as text, everything else as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from attrs import field, frozen

from incidentkit.errors import place
from incidentkit.model.conditions import Condition
from incidentkit.model.facts import FactKind
from incidentkit.model.vocabulary import Vocabulary
from incidentkit.policy.act import Act
from incidentkit.policy.checklist import Checklist, Item
from incidentkit.policy.communication import (
    DEFAULT_CHANNEL,
    NEUTRAL,
    POSTING,
    Announcement,
    CommunicationPolicy,
    Occasion,
)
from incidentkit.policy.escalation import ANYBODY, WATCHED, ContactChain, EscalationPolicy, Level
from incidentkit.policy.obligation import Attempt, Backoff
from incidentkit.policy.question import Conclusion
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.response import ResponsePolicy
from incidentkit.policy.review import ReviewPolicy
from incidentkit.policy.rules import SeverityRules
from incidentkit.policy.situation import OVER
from incidentkit.policy.template import Template
from incidentkit.policy.tree import DecisionTree


@frozen(kw_only=True)
class LevelForm:
    """A level of an escalation in a document."""

    name: str
    to: tuple[str, ...]
    """Recipients, such as ``role on-call engineer``."""
    when: str = "true"
    until: str = str(ANYBODY)
    acknowledgers: tuple[str, ...] = ()
    because: str = ""
    source: str = ""


@frozen(kw_only=True)
class EscalationForm:
    """An escalation policy in a document."""

    levels: tuple[LevelForm, ...]
    contact: ContactChain
    applies: str = "true"
    until: str = str(OVER)
    held: str = str(WATCHED)
    cumulative: bool = True
    backoff: Backoff = field(factory=Backoff)
    grace: timedelta = timedelta(seconds=10)
    acknowledgement_expires_after: timedelta | None = None
    fallback: tuple[str, ...] = ()
    waits: bool = False
    follow_shifts: bool = True
    catch_all: tuple[str, ...] = ()
    hand_over: tuple[Attempt, ...] = ()
    raise_notice: tuple[Attempt, ...] = ()
    stand_down: tuple[Attempt, ...] = ()


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
    status_page: str = ""
    restricted: str = "false"
    guardians: tuple[str, ...] = ()
    backoff: Backoff = POSTING


@frozen(kw_only=True)
class ResponseForm:
    """A response policy in a document."""

    owner: str
    reminders: tuple[Attempt, ...] = ()


@frozen(kw_only=True)
class ItemForm:
    """An item of a checklist in a document."""

    name: str
    what: str = ""
    owner: str = ""
    when: str = "true"
    met: str = "false"
    done_by: tuple[str, ...] = ()
    within: timedelta | None = None
    source: str = ""


@frozen(kw_only=True)
class ChecklistForm:
    """A checklist in a document."""

    name: str
    owner: str
    items: tuple[ItemForm, ...]
    applies: str = "true"
    reminders: tuple[Attempt, ...] = ()
    outlives: bool = True


@frozen(kw_only=True)
class ReviewForm:
    """A review policy in a document."""

    owner: str
    within: timedelta = timedelta(hours=48)
    applies: str = "true"
    reminders: tuple[Attempt, ...] = ()


@frozen(kw_only=True)
class PlaybookForm:
    """A playbook in a document."""

    name: str
    rules: SeverityRules[Any]
    trees: dict[str, DecisionTree[Conclusion]] = field(factory=dict[str, DecisionTree[Conclusion]])
    facts: tuple[FactKind, ...] = ()
    """The facts that only its policies ask for."""
    escalation: EscalationForm | None = None
    communication: CommunicationForm | None = None
    response: ResponseForm | None = None
    checklists: tuple[ChecklistForm, ...] = ()
    review: ReviewForm | None = None


def escalation_form(policy: EscalationPolicy) -> EscalationForm:
    """A policy as documents hold it."""
    return EscalationForm(
        levels=tuple(map(_level_form, policy.levels)),
        contact=policy.contact,
        applies=str(policy.applies),
        until=str(policy.until),
        held=str(policy.held),
        cumulative=policy.cumulative,
        backoff=policy.backoff,
        grace=policy.grace,
        acknowledgement_expires_after=policy.acknowledgement_expires_after,
        fallback=tuple(map(str, policy.fallback)),
        waits=policy.waits,
        follow_shifts=policy.follow_shifts,
        catch_all=tuple(map(str, policy.catch_all)),
        hand_over=policy.hand_over,
        raise_notice=policy.raise_notice,
        stand_down=policy.stand_down,
    )


def _level_form(level: Level) -> LevelForm:
    return LevelForm(
        name=level.name,
        to=tuple(map(str, level.recipients)),
        when=str(level.when),
        until=str(level.until),
        acknowledgers=tuple(map(str, level.acknowledgers)),
        because=level.because,
        source=level.source,
    )


def escalation_of(form: EscalationForm, vocabulary: Vocabulary) -> EscalationPolicy:
    """The policy that a form describes; `DocumentInvalid` names the place of what it cannot be."""
    levels = [_level(each, f"escalation.levels[{index}]", vocabulary) for index, each in enumerate(form.levels)]
    applies, until, held = (_condition(form, each, "escalation", vocabulary) for each in ("applies", "until", "held"))
    fallback, catch_all = (_recipients(getattr(form, name), f"escalation.{name}") for name in ("fallback", "catch_all"))
    with place("escalation"):
        return EscalationPolicy(
            levels=levels,
            contact=form.contact,
            applies=applies,
            until=until,
            held=held,
            cumulative=form.cumulative,
            backoff=form.backoff,
            grace=form.grace,
            acknowledgement_expires_after=form.acknowledgement_expires_after,
            fallback=fallback,
            waits=form.waits,
            follow_shifts=form.follow_shifts,
            catch_all=catch_all,
            hand_over=form.hand_over,
            raise_notice=form.raise_notice,
            stand_down=form.stand_down,
        )


def _level(form: LevelForm, path: str, vocabulary: Vocabulary) -> Level:
    recipients = _recipients(form.to, f"{path}.to")
    acknowledgers = _recipients(form.acknowledgers, f"{path}.acknowledgers")
    when, until = (_condition(form, name, path, vocabulary) for name in ("when", "until"))
    with place(path):
        return Level(
            form.name,
            recipients,
            when,
            until=until,
            acknowledgers=acknowledgers,
            because=form.because,
            source=form.source,
        )


def _recipients(texts: Iterable[str], path: str) -> list[Recipient]:
    return [_recipient(text, f"{path}[{index}]") for index, text in enumerate(texts)]


def _recipient(text: str, path: str) -> Recipient:
    with place(path):
        return Recipient.parse(text)


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
    owner, guardians = _recipient(form.owner, f"{path}.owner"), _recipients(form.guardians, f"{path}.guardians")
    restricted = _condition(form, "restricted", path, vocabulary)
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
            status_page=form.status_page,
            restricted=restricted,
            guardians=guardians,
            backoff=form.backoff,
        )


def _announcement(form: AnnouncementForm, path: str, vocabulary: Vocabulary) -> Announcement:
    to = _recipients(form.to, f"{path}.to")
    applies = _condition(form, "applies", path, vocabulary)
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


def _condition(form: object, name: str, path: str, vocabulary: Vocabulary) -> Condition:
    with place(f"{path}.{name}"):
        return Condition.parse(getattr(form, name), vocabulary)


def response_form(policy: ResponsePolicy) -> ResponseForm:
    """A policy as documents hold it."""
    return ResponseForm(owner=str(policy.owner), reminders=policy.reminders)


def response_of(form: ResponseForm) -> ResponsePolicy:
    """The policy that a form describes."""
    return ResponsePolicy(owner=_recipient(form.owner, "response.owner"), reminders=form.reminders)


def checklist_form(checklist: Checklist) -> ChecklistForm:
    """A checklist as documents hold it."""
    return ChecklistForm(
        name=checklist.name,
        owner=str(checklist.owner),
        items=tuple(map(_item_form, checklist.items)),
        applies=str(checklist.applies),
        reminders=checklist.reminders,
        outlives=checklist.outlives,
    )


def _item_form(item: Item) -> ItemForm:
    return ItemForm(
        name=item.name,
        what=item.what,
        owner="" if item.owner is None else str(item.owner),
        when=str(item.when),
        met=str(item.met),
        done_by=item.done_by,
        within=item.within,
        source=item.source,
    )


def checklist_of(form: ChecklistForm, index: int, vocabulary: Vocabulary) -> Checklist:
    """The checklist that a form describes, which stands at that place; `DocumentInvalid` names what it cannot be."""
    path = f"checklists[{index}]"
    items = [_item(each, f"{path}.items[{number}]", vocabulary) for number, each in enumerate(form.items)]
    owner, applies = _recipient(form.owner, f"{path}.owner"), _condition(form, "applies", path, vocabulary)
    with place(path):
        return Checklist(
            name=form.name,
            owner=owner,
            items=items,
            applies=applies,
            reminders=form.reminders,
            outlives=form.outlives,
        )


def _item(form: ItemForm, path: str, vocabulary: Vocabulary) -> Item:
    owner = _recipient(form.owner, f"{path}.owner") if form.owner else None
    when, met = (_condition(form, name, path, vocabulary) for name in ("when", "met"))
    with place(path):
        return Item(
            name=form.name,
            what=form.what,
            owner=owner,
            when=when,
            met=met,
            done_by=form.done_by,
            within=form.within,
            source=form.source,
        )


def review_form(policy: ReviewPolicy) -> ReviewForm:
    """A policy as documents hold it."""
    return ReviewForm(
        owner=str(policy.owner), within=policy.within, applies=str(policy.applies), reminders=policy.reminders
    )


def review_of(form: ReviewForm, vocabulary: Vocabulary) -> ReviewPolicy:
    """The policy that a form describes."""
    owner, applies = _recipient(form.owner, "review.owner"), _condition(form, "applies", "review", vocabulary)
    with place("review"):
        return ReviewPolicy(owner=owner, within=form.within, applies=applies, reminders=form.reminders)
