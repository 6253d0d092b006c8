"""Communication: whom to tell what, where, on which occasion and how often. A readable way to build obligations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from attrs import field, frozen

from incidentkit.errors import PlaybookInvalid, TemplateInvalid, each_of, expect, nearest, shown
from incidentkit.model.calendar import zone_of
from incidentkit.model.conditions import ALWAYS, NEVER, Condition
from incidentkit.model.progress import CONFIDENTIAL
from incidentkit.model.severity import Severity, SeverityScheme
from incidentkit.model.targets import Target
from incidentkit.policy.act import OPENING, ActKind
from incidentkit.policy.announcement import ENDINGS, WHEN, ended, needed, recipients_of, recurrence_of
from incidentkit.policy.announcement import FINISHED as FINISHED
from incidentkit.policy.announcement import Announcement as Announcement
from incidentkit.policy.announcement import Occasion as Occasion
from incidentkit.policy.announcement import announced as announced
from incidentkit.policy.obligation import Attempt, Backoff, Obligation, Recurrence, checked_reason, id_of
from incidentkit.policy.recipient import Recipient
from incidentkit.policy.situation import (
    OVER,
    RESTRICTED_BY_HAND,
    RESTRICTION_LIFTED,
    SAID_DONE,
    UNCERTAIN,
    WAIVED,
    worst_severity_of,
)
from incidentkit.policy.template import Template
from incidentkit.providers.pager import Purpose

LONGEST_SLUG: Final = 20
"""Characters of an incident's id that stand in the name of its channel, if it has no number."""

PRIVATE: Final = "-private"
"""What stands at the end of the name of a private channel."""

BY_HAND: Final = f"{CONFIDENTIAL}/by hand"
"""The id of what tells the guardians that a person restricted an incident."""

LONGEST_CHANNEL: Final = 80
"""Characters that the name of a channel may have: what every chat that is known allows."""

MOST_ANNOUNCEMENTS: Final = 100

REMINDED_FOR: Final = timedelta(hours=24)
"""For how long somebody is reminded of an update that is not written."""

POSTING: Final = Backoff(
    delays=(
        timedelta(seconds=10),
        timedelta(seconds=30),
        timedelta(minutes=1),
        timedelta(minutes=2),
        timedelta(minutes=5),
    ),
    repeats=288,
)
"""How a post is tried again by default: in the end every five minutes, for a day."""

DEFAULT_CHANNEL: Final = "incident-{day}-{number}"

NEUTRAL: Final = "We are looking into a problem."

NEUTRAL_END: Final = "The problem is over."


def _announcements(announcements: Iterable[Announcement]) -> tuple[Announcement, ...]:
    words = "a communication has a list of announcements"
    return each_of(Announcement, announcements, PlaybookInvalid, words)


def _templates(templates: Mapping[str, Template]) -> dict[str, Template]:
    given = {**expect(Mapping, templates, PlaybookInvalid, "templates are a mapping by name")}
    for name, each in given.items():
        expect(Template, each, PlaybookInvalid, f"template {shown(name)} is a Template")
    return given


def _attempts(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    words = "notice is a list of attempts"
    return each_of(Attempt, attempts, PlaybookInvalid, words)


def _methods(methods: Iterable[str]) -> tuple[str, ...]:
    words = "reminders are a list of contact methods"
    return each_of(str, methods, PlaybookInvalid, words)


_PATTERN: Final = re.compile(r"(?:[a-z0-9_-]|\{day\}|\{number\})+")


def channel_name(pattern: str, day: date, number: str) -> str:
    """The name of the channel of the incident of that number on a day."""
    return pattern.replace("{day}", f"{day:%Y%m%d}").replace("{number}", number)


@frozen(kw_only=True)
class CommunicationPolicy:
    """What is announced, by whose templates; how often people owe an update; and when an incident is restricted.

    Of a restricted incident only confidential announcements go out. Its channel is a private one, and it is on no
    status page as long as nobody has lifted the restriction.
    """

    owner: Recipient
    """Who owes updates, and what could not be announced."""
    announcements: tuple[Announcement, ...] = field(default=(), converter=_announcements)
    """What to tell, in this order where several things are due at once."""
    templates: Mapping[str, Template] = field(factory=dict[str, Template], converter=_templates)
    notice: tuple[Attempt, ...] = field(default=(), converter=_attempts)
    """How people are told: by the first of these that works."""
    reminders: tuple[str, ...] = field(default=(), converter=_methods)
    """The contact methods by which the owner is reminded of an overdue update, in turn, once in each of its cadence."""
    zone: str = "UTC"
    """The time zone in which times and days are told, as IANA calls it."""
    channel: str = DEFAULT_CHANNEL
    """What the channels of incidents are called."""
    neutral: str = NEUTRAL
    """What the public reads before anybody has written a summary."""
    neutral_end: str = NEUTRAL_END
    """What it reads then once it is over."""
    status_page: str = ""
    """Where the public reads it."""
    restricted: Condition = NEVER
    """An incident is restricted from the first moment at which this is true, until a person lifts it."""
    guardians: tuple[Recipient, ...] = field(default=(), converter=recipients_of)
    """Who is told that an incident is restricted, and decides what goes out."""
    backoff: Backoff = POSTING
    """How an announcement is tried again that failed for the time being."""

    def __attrs_post_init__(self) -> None:
        expect(Recipient, self.owner, PlaybookInvalid, "the owner of a communication is a recipient")
        expect(Condition, self.restricted, PlaybookInvalid, "restricted is a condition")
        expect(Backoff, self.backoff, PlaybookInvalid, "the backoff of a communication is a Backoff")
        zone_of(self.zone)
        for name in ("neutral", "neutral_end", "status_page"):
            checked_reason(f"{name} of a communication", getattr(self, name))
        for name in ("neutral", "neutral_end"):
            if not getattr(self, name).strip():
                raise PlaybookInvalid(f"{name}: the public reads something though there is no summary, so say what")
        self._check_channel()
        self._check_names()
        for announcement in self.announcements:
            self._check(announcement)
        self._check_order()

    def _check_channel(self) -> None:
        if not _PATTERN.fullmatch(expect(str, self.channel, PlaybookInvalid, "what channels are called is text")):
            allowed = "lower-case letters, digits, - and _, and {day} and {number}"
            raise PlaybookInvalid(f"what channels are called is made of {allowed}, not {shown(self.channel)}")
        if "{number}" not in self.channel or "{day}" not in self.channel:
            problem = "needs {day} and {number}, or two incidents would want the same one"
            raise PlaybookInvalid(f"the name of a channel {problem}, not {shown(self.channel)}")
        length = len(channel_name(self.channel, date(2000, 1, 1), "0" * LONGEST_SLUG)) + len(f"{PRIVATE}-9")
        if length > LONGEST_CHANNEL:
            problem = f"has {LONGEST_CHANNEL} characters at the most with its day and its number"
            raise PlaybookInvalid(f"the name of a channel {problem}, and {shown(self.channel)} comes to {length}")

    def _check_names(self) -> None:
        names = [each.name for each in self.announcements]
        if len(names) > MOST_ANNOUNCEMENTS or len({*names}) < len(names):
            problem = f"a communication has up to {MOST_ANNOUNCEMENTS} announcements of different names"
            raise PlaybookInvalid(f"{problem}, not {shown(names)}")

    def _check(self, announcement: Announcement) -> None:
        """That everything is there which it names, and nothing goes to the public that is not for it."""
        what, known = f"announcement {announcement.name!r}", [each.name for each in self.announcements]
        for name in announcement.after:
            if name not in known:
                hint = nearest(name, known)
                raise PlaybookInvalid(f"{what}: after {shown(name)}, which is no announcement. {hint}".rstrip())
        if announcement.to and not self.notice:
            raise PlaybookInvalid(f"{what} tells people: say how, in the notice of the communication")
        if not announcement.template:
            return
        template = self.templates.get(announcement.template)
        if template is None:
            hint = nearest(announcement.template, self.templates)
            raise PlaybookInvalid(f"{what}: no template is called {shown(announcement.template)}. {hint}".rstrip())
        if ActKind.PUBLISH in announcement.kinds:
            if announcement.confidential:
                raise PlaybookInvalid(f"{what} is for the public, so it is not confidential")
            try:
                template.check_public()
            except TemplateInvalid as error:
                problem = f"{what}, template {announcement.template!r}: {error}"
                raise TemplateInvalid(problem, name=error.name) from None

    def _check_order(self) -> None:
        """That nothing waits for itself, be it by way of others: it would never go out, and nobody would know."""
        begins: set[str] = set()
        for _ in self.announcements:
            begins |= {each.name for each in self.announcements if not each.after or not begins.isdisjoint(each.after)}
        for each in self.announcements:
            if each.name not in begins:
                problem = f"announcement {each.name!r} never goes out: what it comes after waits for it in turn"
                raise PlaybookInvalid(f"{problem}: {', '.join(each.after)}")

    def obligations(self, scheme: SeverityScheme[Any]) -> tuple[Obligation, ...]:
        """What it wants: whether it is confidential first, then announcement by announcement, then the updates."""
        return (*self._confidential(), *map(self._announced, self.announcements), *self._updates(scheme))

    def _confidential(self) -> Iterator[Obligation]:
        """That the playbook restricts an incident, and that its guardians know it, whoever did."""
        if self.restricted != NEVER:
            lifted = RESTRICTION_LIFTED.is_(True)
            yield self._guarded(CONFIDENTIAL, self.restricted, lifted, Recurrence.ONCE)
        if self.guardians:
            by_hand = RESTRICTED_BY_HAND.is_(True)
            yield self._guarded(BY_HAND, by_hand, ~by_hand, Recurrence.PER_GENERATION)

    def _guarded(self, id: str, when: Condition, until: Condition, recurrence: Recurrence) -> Obligation:
        return Obligation(
            id=id,
            when=when,
            until=until,
            recurrence=recurrence,
            recipients=self.guardians,
            chain=self.notice if self.guardians else (),
            suffices=True,
            backoff=self.backoff,
            purpose=Purpose.NOTICE,
            because="only those may know of it who must, until somebody lifts the restriction",
        )

    def _announced(self, announcement: Announcement) -> Obligation:
        when, until = WHEN[announcement.on], SAID_DONE | WAIVED
        for condition in needed(announcement):
            when, until = condition if when == ALWAYS else when & condition, until | ~condition
        for condition in ended(announcement):
            until = until | condition
        opens = announcement.on is Occasion.DECLARED and not announcement.kinds.isdisjoint(OPENING)
        if opens:  # what may be there is asked for until that is certain, or nobody would ever close it
            until = until | (OVER & ~UNCERTAIN)
        return Obligation(
            id=announcement.id,
            applies=announcement.applies,
            when=when,
            until=until,
            recurrence=recurrence_of(announcement),
            recipients=announcement.to or (self.owner,),
            chain=self.notice if announcement.to else (),
            acts=announcement.acts,
            message=self.templates.get(announcement.template),
            presupposes=tuple(map(announced, announcement.after)),
            suffices=True,
            backoff=self.backoff,
            held=OVER if opens else NEVER,
            is_for_all=not announcement.confidential,
            outlives=announcement.on in ENDINGS or opens,
            purpose=Purpose.NOTICE,
            because=announcement.because or announcement.name,
            source=announcement.source,
        )

    def _updates(self, scheme: SeverityScheme[Any]) -> Iterator[Obligation]:
        """The update that is owed again and again, one obligation for all severities of one cadence."""
        cadences: dict[Target, list[Severity[Any]]] = {}
        for severity in scheme:
            target = severity.targets.update
            if target is not None and target.repeats:
                cadences.setdefault(target, []).append(severity)
        for target, severities in cadences.items():
            applies = worst_severity_of(scheme).one_of(*severities)
            yield Obligation(
                id=id_of(f"the update of severity {shown(severities[0].key)}", "update", str(target)),
                applies=applies,
                when=applies,
                until=~applies | WAIVED | OVER,
                recurrence=Recurrence.PER_UPDATE,
                recipients=(self.owner,),
                due=target,
                owed=True,
                chain=_reminding(self.reminders, target),
                purpose=Purpose.REMINDER,
                because=f"an update is owed, {target}",
                source="2. Communicate",
            )


def _reminding(methods: tuple[str, ...], target: Target) -> tuple[Attempt, ...]:
    """One reminder in each step of a cadence, by the methods in turn."""
    step = target.within if isinstance(target.within, timedelta) else REMINDED_FOR
    count = max(1, min(REMINDED_FOR // step, 200)) if methods else 0
    return tuple(Attempt(methods[index % len(methods)], step) for index in range(count))
