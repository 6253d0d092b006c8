"""The reference providers: the shortest correct implementations, meant to be read, and for tests and drills."""

from incidentkit.memory.chat import Channel as Channel
from incidentkit.memory.chat import MemoryChat as MemoryChat
from incidentkit.memory.on_call import MemoryOnCall as MemoryOnCall
from incidentkit.memory.pager import Acknowledges as Acknowledges
from incidentkit.memory.pager import Declines as Declines
from incidentkit.memory.pager import MemoryPager as MemoryPager
from incidentkit.memory.pager import Reaction as Reaction
from incidentkit.memory.pager import Sleeps as Sleeps
from incidentkit.memory.status_page import Entry as Entry
from incidentkit.memory.status_page import MemoryStatusPage as MemoryStatusPage
from incidentkit.memory.store import MemoryStore as MemoryStore
from incidentkit.memory.tracker import KeptTicket as KeptTicket
from incidentkit.memory.tracker import MemoryTracker as MemoryTracker

__all__ = [
    "Acknowledges",
    "Channel",
    "Declines",
    "Entry",
    "KeptTicket",
    "MemoryChat",
    "MemoryOnCall",
    "MemoryPager",
    "MemoryStatusPage",
    "MemoryStore",
    "MemoryTracker",
    "Reaction",
    "Sleeps",
]
