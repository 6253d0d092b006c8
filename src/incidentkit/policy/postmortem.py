"""Post-mortems: what happened, why, and what is done about it (playbook, section 6), in the playbook's form."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import partial
from hashlib import sha256
from itertools import chain, count, groupby
from typing import Final, Self, TypeAlias

from attrs import field, frozen

from incidentkit.errors import FieldInvalid, each_of, expect, shown
from incidentkit.model.commands import AddActionItem
from incidentkit.model.durations import duration_text
from incidentkit.model.identity import PersonId, checked_text
from incidentkit.model.incident import Incident
from incidentkit.policy.account import NOTHING, ActionItem, Entry, Impact, Measure, Section, names, prose, words_in
from incidentkit.policy.directory import Directory
from incidentkit.policy.draft import Draft
from incidentkit.policy.gap import Gap, Missing
from incidentkit.policy.playbook import Playbook
from incidentkit.text.document import (
    Block,
    Bullets,
    Checklist,
    Document,
    Heading,
    Line,
    Paragraph,
    Strong,
    Table,
    Text,
    flat,
    line,
)
from incidentkit.text.markdown import to_markdown

TITLE: Final = "Post-Mortem: "
"""What stands before the title."""


class Chapter(StrEnum):
    """What stands above each part of the form; the last two only where there is something below them."""

    SUMMARY = "Summary"
    IMPACT = "Impact"
    TIMELINE = "Timeline"
    ROOT_CAUSE = "Root Cause"
    RESOLUTION = "Resolution"
    WENT_WELL = "What Went Well"
    COULD_BE_BETTER = "What Could Be Better"
    ACTION_ITEMS = "Action Items"
    LESSONS = "Lessons Learned"
    MEASURES = "Metrics"
    PEOPLE = "People"


ENTRIES: Final = ("Time (UTC)", "Event")
"""What stands above the columns of the timeline."""

IN_UTC: Final = "All times in UTC."
"""What stands above a timeline that is no table."""

MEASURED: Final = ("Measure", "Took", "Target")
"""What stands above the columns of the measures."""

Blank: TypeAlias = Callable[..., tuple[str, ...]]
"""What stands where nothing is written: it takes the words of the form, one for each line."""

NOT_WRITTEN: Final = "[not written yet]"
"""What is shown in place of a blank of the form, which could be taken for what somebody wrote."""

BLANK_TITLE: Final = "[Incident Title]"
BLANK_SUMMARY: Final = "Brief description of what happened"
BLANK_USERS: Final = "[number/percentage]"
BLANK_START: Final = "[start time]"
BLANK_END: Final = "[end time]"
BLANK_SERVICES: Final = "[list]"
BLANK_DATA_LOSS: Final = "[yes/no, details]"
BLANK_ROOT_CAUSE: Final = "Detailed explanation of what caused the incident"
BLANK_RESOLUTION: Final = "How the issue was resolved"
BLANK_WENT_WELL: Final = ("Positive aspects of response", "What worked as planned")
BLANK_COULD_BE_BETTER: Final = ("Areas for improvement", "Process gaps identified")
BLANK_OWNER: Final = "[owner]"
BLANK_DUE: Final = "[due date]"
BLANK_ACTION_ITEMS: Final = tuple(f"Action {number} - Owner - Due Date" for number in (1, 2, 3))
BLANK_LESSONS: Final = "Key takeaways for future incidents"

BLANKS: Final = frozenset(
    (
        *(BLANK_TITLE, BLANK_SUMMARY, BLANK_USERS, BLANK_START, BLANK_END, f"{BLANK_START} to {BLANK_END}"),
        *(BLANK_SERVICES, BLANK_DATA_LOSS, BLANK_ROOT_CAUSE, BLANK_RESOLUTION),
        *(*BLANK_WENT_WELL, *BLANK_COULD_BE_BETTER, BLANK_OWNER, BLANK_DUE, BLANK_LESSONS),
        *(*BLANK_ACTION_ITEMS, NOT_WRITTEN),
    )
)
"""All that a form has where nothing is written."""


def _entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return each_of(Entry, entries, partial(FieldInvalid, "timeline"), "a timeline is a list of Entry")


def _items(items: Iterable[ActionItem]) -> tuple[ActionItem, ...]:
    every = each_of(ActionItem, items, partial(FieldInvalid, "action_items"), "action items are a list of ActionItem")
    return tuple(sorted(every, key=lambda item: bool(item.group)))


def _measures(measures: Iterable[Measure]) -> tuple[Measure, ...]:
    return each_of(Measure, measures, partial(FieldInvalid, "measures"), "measures are a list of Measure")


def _sections(sections: Iterable[Section]) -> tuple[Section, ...]:
    return each_of(Section, sections, partial(FieldInvalid, "other"), "other sections are a list of Section")


def _title(title: str) -> str:
    return flat(checked_text("title", title))


def _about(about: Mapping[str, str]) -> dict[str, str]:
    return {flat(checked_text("about", name)): flat(checked_text("about", value)) for name, value in about.items()}


@frozen(kw_only=True)
class PostMortem:
    """What happened in an incident, why, and what is done about it.

    Sections of prose are documents; plain text will do, whose empty lines part its paragraphs.
    """

    title: str = field(default="", converter=_title)
    about: Mapping[str, str] = field(factory=dict[str, str], converter=_about, hash=False)
    """What is known of the incident and of the document, by name: the severity, the authors."""
    summary: Document = field(default=NOTHING, converter=prose)
    impact: Impact = field(factory=Impact)
    timeline: tuple[Entry, ...] = field(default=(), converter=_entries)
    root_cause: Document = field(default=NOTHING, converter=prose)
    resolution: Document = field(default=NOTHING, converter=prose)
    went_well: Document = field(default=NOTHING, converter=prose)
    could_be_better: Document = field(default=NOTHING, converter=prose)
    action_items: tuple[ActionItem, ...] = field(default=(), converter=_items)
    """Those in no group come first, since a heading holds for all that stands below it."""
    lessons: Document = field(default=NOTHING, converter=prose)
    measures: tuple[Measure, ...] = field(default=(), converter=_measures)
    """How long things took."""
    people: tuple[str, ...] = field(default=(), converter=names)
    """Who took part, by name."""
    other: tuple[Section, ...] = field(default=(), converter=_sections)
    """What stands under headings that are none of these."""

    def __attrs_post_init__(self) -> None:
        expect(Impact, self.impact, partial(FieldInvalid, "impact"), "an impact is an Impact")

    @classmethod
    def from_incident(
        cls,
        incident: Incident,
        *,
        playbook: Playbook | None = None,
        directory: Directory | None = None,
        zone: tzinfo = UTC,
    ) -> Self:
        """A draft of what the log tells: the timeline, the impact, the durations against the targets of its severity.

        The playbook knows how facts are asked for, and what to ask about the root cause; the directory knows the names
        of people, and ``zone`` is that in which the days of action items end. What only people can say is left blank.
        Whoever reads the draft reads the log, also of an incident that is restricted.
        """
        draft = Draft(incident, playbook, directory, zone)
        return cls(
            title=incident.title,
            about=draft.about,
            summary=draft.summary,
            impact=draft.impact,
            timeline=draft.timeline,
            resolution=draft.resolution,
            action_items=draft.action_items,
            measures=draft.measures,
            people=draft.people,
            other=draft.other,
        )

    def action_commands(
        self, directory: Directory, *, at: datetime, by: str, zone: tzinfo = UTC
    ) -> tuple[AddActionItem, ...]:
        """The commands that make people owe the action items that are not done, until their dates in ``zone`` are over.

        Owners are people of the directory, by their names or ids; `FieldInvalid` names those that are not, and items
        without an owner. The name of an item is made from its words, and shows none of them, so that these can be
        taken out; the second of two alike has a number. Whoever gives the commands again adds nothing twice.
        """
        return tuple(self._action_commands(directory, at=at, by=by, zone=zone))

    def _action_commands(self, directory: Directory, *, at: datetime, by: str, zone: tzinfo) -> Iterator[AddActionItem]:
        called: set[str] = set()
        for item in self.action_items:
            what = flat(words_in(item.what))
            name = _unused(sha256(what.encode()).hexdigest()[:8], called)
            called.add(name)
            if not item.done:
                owner, end = _owner(item, what, directory), _end(item, zone)
                yield AddActionItem(name, what, owner, at=at, by=by, due=end)

    def missing(self) -> tuple[Missing, ...]:
        """What is not filled in yet, in the order of the form; empty if it is complete."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[Missing]:
        impact = self.impact
        is_there: dict[Gap, object] = {
            Gap.TITLE: self.title,
            Gap.SUMMARY: self.summary.blocks,
            Gap.USERS: impact.users,
            Gap.DURATION: impact.lasted or (impact.started_at and impact.ended_at),
            Gap.SERVICES: impact.services,
            Gap.DATA_LOSS: impact.data_loss,
            Gap.TIMELINE: self.timeline,
            Gap.ROOT_CAUSE: self.root_cause.blocks,
            Gap.RESOLUTION: self.resolution.blocks,
            Gap.WENT_WELL: self.went_well.blocks,
            Gap.COULD_BE_BETTER: self.could_be_better.blocks,
            Gap.ACTION_ITEMS: self.action_items,
            Gap.LESSONS: self.lessons.blocks,
        }
        yield from (Missing(gap) for gap, there in is_there.items() if not there)
        for item in self.action_items:
            what = words_in(item.what)
            if not item.owner:
                yield Missing(Gap.OWNER, what)
            if item.due is None and not item.done:
                yield Missing(Gap.DUE, what)

    def to_document(self) -> Document:
        """What is written, in the order of the playbook's form, for whoever shows it; where nothing is, it says so."""
        return Document(self._blocks(_not_written))

    def to_markdown(self) -> str:
        """The playbook's form as Markdown, with its blanks where nothing is written yet, for people to fill in.

        `incidentkit.inbound.postmortem` reads it back.
        """
        return to_markdown(Document(self._blocks(_as_in_the_form)))

    def _blocks(self, blank: Blank) -> Iterator[Block]:
        yield Heading(f"{TITLE}{self.title or blank(BLANK_TITLE)[0]}", level=1)
        if self.about:
            yield Bullets(_named(name, value) for name, value in self.about.items())
        yield from _section(Chapter.SUMMARY, self.summary, blank(BLANK_SUMMARY))
        yield Heading(Chapter.IMPACT)
        yield from _impact(self.impact, blank)
        yield Heading(Chapter.TIMELINE)
        yield from _timeline(self.timeline, blank())
        yield from _section(Chapter.ROOT_CAUSE, self.root_cause, blank(BLANK_ROOT_CAUSE))
        yield from _section(Chapter.RESOLUTION, self.resolution, blank(BLANK_RESOLUTION))
        yield from _section(Chapter.WENT_WELL, self.went_well, blank(*BLANK_WENT_WELL))
        yield from _section(Chapter.COULD_BE_BETTER, self.could_be_better, blank(*BLANK_COULD_BE_BETTER))
        yield Heading(Chapter.ACTION_ITEMS)
        yield from _action_items(self.action_items, blank)
        yield from _section(Chapter.LESSONS, self.lessons, blank(BLANK_LESSONS))
        # What is empty stands there all the same where the first other section would be taken for it.
        following = "" if not self.other else self.other[0].heading
        if self.measures or (following == Chapter.MEASURES and not self.people):
            yield Heading(Chapter.MEASURES)
        if self.measures:
            yield Table(MEASURED, map(_measure, self.measures))
        if self.people or following == Chapter.PEOPLE:
            yield Heading(Chapter.PEOPLE)
        if self.people:
            yield Bullets(self.people)
        for section in self.other:
            yield Heading(section.heading)
            yield from section.body.blocks


def _named(name: str, value: str) -> Line:
    return Strong(f"{name}:"), Text(f" {value}")


def _unused(name: str, called: Container[str]) -> str:
    """The name, with a number if it is taken."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in called)


def _owner(item: ActionItem, what: str, directory: Directory) -> PersonId:
    """Who owns an item: the one person who is called so, by name or id."""
    people = [id for id, each in directory.people.items() if item.owner and item.owner in (id, each.name)]
    if len(people) == 1:
        return PersonId(people[0])
    known = ", ".join(map(str, directory.people)) or "nobody"
    problem = f"is several people: {', '.join(people)}; write the id" if people else f"is none of the people: {known}"
    raise FieldInvalid("owner", f"{shown(item.owner)} of {shown(what)} {problem}")


def _end(item: ActionItem, zone: tzinfo) -> datetime | None:
    """When the time for an item is over."""
    if item.due is None:
        return None
    try:
        return datetime.combine(item.due + timedelta(days=1), time(), zone)
    except OverflowError:
        raise FieldInvalid("due", f"{item.due} is the last day of all: leave it out") from None


def _as_in_the_form(*words: str) -> tuple[str, ...]:
    return words


def _not_written(*words: str) -> tuple[str, ...]:
    return (NOT_WRITTEN,)


def _section(heading: str, body: Document, blanks: Sequence[str]) -> Iterator[Block]:
    yield Heading(heading)
    if body.blocks:
        yield from body.blocks
    elif len(blanks) == 1:
        yield Paragraph(*blanks)
    else:
        yield Bullets(blanks)


def _impact(impact: Impact, blank: Blank) -> Iterator[Block]:
    (lasted,) = (impact.lasted,) if impact.lasted else blank(f"{BLANK_START} to {BLANK_END}")
    if impact.started_at or impact.ended_at:
        end = _clock(impact.ended_at) or BLANK_END
        lasted = f"{_clock(impact.started_at) or BLANK_START} to {end}{' UTC' if impact.started_at else ''}"
    yield Bullets(
        (
            f"Users affected: {impact.users or blank(BLANK_USERS)[0]}",
            f"Duration: {lasted}",
            f"Services impacted: {', '.join(impact.services) or blank(BLANK_SERVICES)[0]}",
            f"Data loss: {impact.data_loss or blank(BLANK_DATA_LOSS)[0]}",
        )
    )
    yield from impact.details.blocks


def _timeline(entries: Sequence[Entry], blanks: Sequence[str]) -> Iterator[Block]:
    """A table; sub-headings, if there is more to say of an entry than a row holds."""
    if blanks and not entries:
        yield Paragraph(*blanks)
        return
    if any(entry.details.blocks for entry in entries):
        yield Paragraph(IN_UTC)
        for entry in entries:
            yield Heading((*_when(entry), Text(" - "), *entry.what), level=3)
            yield from entry.details.blocks
        return
    yield Table(ENTRIES, [(line(_clock(each.at) or each.when), each.what) for each in entries])


def _when(entry: Entry) -> Line:
    """Words are marked, so that it is clear where they end and what happened begins."""
    return line(_clock(entry.at)) if entry.at else (Strong(entry.when),)


def _action_items(items: Sequence[ActionItem], blank: Blank) -> Iterator[Block]:
    if not items:
        blanks = blank(*BLANK_ACTION_ITEMS)
        yield Paragraph(*blanks) if len(blanks) == 1 else Checklist((False, words) for words in blanks)
    for group, several in groupby(items, lambda item: item.group):
        if group:
            yield Heading(group, level=3)
        yield Checklist((item.done, (*item.what, Text(_responsibility(item)))) for item in several)


def _responsibility(item: ActionItem) -> str:
    return f" - {item.owner or BLANK_OWNER} - {item.due or BLANK_DUE}"


def _measure(measure: Measure) -> tuple[str, str, str]:
    took = measure.words if measure.took is None else duration_text(measure.took)
    missed = " (missed)" if measure.missed else ""
    return measure.what, took, f"{measure.target}{missed}"


def _clock(at: datetime | None) -> str:
    """A time as people write it; empty if it is not known."""
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}{f':{at:%S}' if at.second else ''}"
