"""A desk whose playbook tells people things, with everything in memory and a clock that is turned by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from attrs import define, field

from incidentkit import EMERGENCY, Desk, Directory, Incident, Playbook, Toolbox
from incidentkit.drills import practice_directory
from incidentkit.memory import MemoryChat, MemoryPager, MemoryStatusPage, MemoryStore, MemoryTracker
from incidentkit.model.commands import Command
from incidentkit.model.events import ActionStarted
from incidentkit.policy.planning import plan
from incidentkit.providers.pager import Purpose, SendPage
from incidentkit.testing import ManualClock
from incidentkit.text.plain import to_plain

START: Final = datetime(2026, 3, 2, 14, 23, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


@define
class Newsroom:
    """A desk with a chat, a status page and a tracker; `until` lets it work up to so many minutes from the start."""

    playbook: Playbook = EMERGENCY
    directory: Directory = field(factory=practice_directory)
    chat: MemoryChat | None = field(factory=MemoryChat)
    status_page: MemoryStatusPage | None = field(factory=MemoryStatusPage)
    tracker: MemoryTracker | None = field(factory=MemoryTracker)
    clock: ManualClock = field(factory=lambda: ManualClock(START))
    pager: MemoryPager = field(init=False)
    store: MemoryStore = field(init=False)
    desk: Desk = field(init=False)
    id: str = "INC-7"

    def __attrs_post_init__(self) -> None:
        self.pager = MemoryPager(clock=self.clock)
        self.store = MemoryStore(self.clock)
        self.desk = self.another()

    def another(self) -> Desk:
        """One more desk on the same store: as if the first had been killed."""
        pagers = dict.fromkeys(self.playbook.methods, self.pager)
        toolbox = Toolbox(pagers=pagers, chat=self.chat, status_page=self.status_page, tracker=self.tracker)
        return Desk(self.playbook, self.directory, toolbox, self.store, places=0, observers=())

    def declare(self, severity: str = "SEV-1", **rest: Any) -> Incident:
        """Declare an incident of a severity, or by facts."""
        about: dict[str, Any] = rest if "facts" in rest else {"severity": self.playbook.scheme[severity], **rest}
        title = about.pop("title", "Checkout returns 500")
        return self.desk.declare(title, by="ada", id=about.pop("id", self.id), **about)

    def until(self, minutes: float) -> Incident:
        """Let the desk work until so many minutes from the start, whenever something is due."""
        while (now := self._next(at(minutes))) is not None:
            self.clock.set(now)
            while self.desk.tick():
                pass
        self.clock.set(max(at(minutes), self.clock()))
        return self.incident

    def _next(self, end: datetime) -> datetime | None:
        planned = plan(self.incident, self.playbook, self.directory, now=self.clock())
        if planned.due or planned.decisions:
            return self.clock()
        return planned.wake_at if planned.wake_at is not None and planned.wake_at <= end else None

    def submit(self, minutes: float, command: type[Command], *args: Any, by: str = "kwame", **rest: Any) -> Incident:
        """Let the desk work until then, and give it a command."""
        self.until(minutes)
        self.desk.submit(self.id, command(*args, at=self.clock(), by=by, **rest))
        return self.until(minutes)

    @property
    def incident(self) -> Incident:
        return self.desk.load(self.id)

    def notices(self, purpose: Purpose = Purpose.NOTICE) -> list[SendPage]:
        """What people were told."""
        return [page for page in self.pager.pages if page.purpose is purpose]

    def messages(self, channel: str = "") -> list[str]:
        """What stands in the channel, or in all of them."""
        assert self.chat is not None
        channels = [each for each in self.chat.channels if not channel or channel in (each.name, each.reference)]
        return [to_plain(message.message) for each in channels for message in each.messages]

    def published(self) -> list[str]:
        """What the public could read, publication by publication."""
        assert self.status_page is not None
        return [
            f"{each.status}: {each.title}\n{to_plain(each.message)}"
            for entry in self.status_page.entries
            for each in entry.publications
        ]

    def tried(self) -> list[str]:
        """The obligations for which something was tried, in the order in which that began, each once."""
        begun = (event.action.obligation for event in self.incident.timeline if isinstance(event, ActionStarted))
        return [*dict.fromkeys(begun)]
