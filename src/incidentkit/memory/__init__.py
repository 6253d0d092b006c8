"""The reference providers: the shortest correct implementations, meant to be read, and for tests and drills."""

from incidentkit.memory.chat import Channel as Channel
from incidentkit.memory.chat import MemoryChat as MemoryChat
from incidentkit.memory.configuration import MemoryConfiguration as MemoryConfiguration
from incidentkit.memory.database import MemoryDatabase as MemoryDatabase
from incidentkit.memory.deployments import MemoryDeployments as MemoryDeployments
from incidentkit.memory.feature_flags import MemoryFeatureFlags as MemoryFeatureFlags
from incidentkit.memory.health_checks import MemoryHealthChecks as MemoryHealthChecks
from incidentkit.memory.logs import LogLine as LogLine
from incidentkit.memory.logs import MemoryLogs as MemoryLogs
from incidentkit.memory.metrics import MemoryMetrics as MemoryMetrics
from incidentkit.memory.on_call import MemoryOnCall as MemoryOnCall
from incidentkit.memory.orchestrator import MemoryOrchestrator as MemoryOrchestrator
from incidentkit.memory.pager import Acknowledges as Acknowledges
from incidentkit.memory.pager import Declines as Declines
from incidentkit.memory.pager import Delivery as Delivery
from incidentkit.memory.pager import Hears as Hears
from incidentkit.memory.pager import MemoryPager as MemoryPager
from incidentkit.memory.pager import Reaction as Reaction
from incidentkit.memory.pager import Sleep as Sleep
from incidentkit.memory.pager import Sleeps as Sleeps
from incidentkit.memory.pager import Unreachable as Unreachable
from incidentkit.memory.production import MemoryProduction as MemoryProduction
from incidentkit.memory.production import Trouble as Trouble
from incidentkit.memory.status_page import Entry as Entry
from incidentkit.memory.status_page import MemoryStatusPage as MemoryStatusPage
from incidentkit.memory.store import MemoryStore as MemoryStore
from incidentkit.memory.test_runner import MemoryTestRunner as MemoryTestRunner
from incidentkit.memory.tools import MemoryTools as MemoryTools
from incidentkit.memory.tracker import KeptTicket as KeptTicket
from incidentkit.memory.tracker import MemoryTracker as MemoryTracker
from incidentkit.memory.traffic import MemoryApiGateway as MemoryApiGateway
from incidentkit.memory.traffic import MemoryFirewall as MemoryFirewall
from incidentkit.memory.traffic import MemoryLoadBalancer as MemoryLoadBalancer
from incidentkit.memory.traffic import MemoryServiceMesh as MemoryServiceMesh
from incidentkit.memory.version_control import MemoryVersionControl as MemoryVersionControl

__all__ = [
    "Acknowledges",
    "Channel",
    "Declines",
    "Delivery",
    "Entry",
    "Hears",
    "KeptTicket",
    "LogLine",
    "MemoryApiGateway",
    "MemoryChat",
    "MemoryConfiguration",
    "MemoryDatabase",
    "MemoryDeployments",
    "MemoryFeatureFlags",
    "MemoryFirewall",
    "MemoryHealthChecks",
    "MemoryLoadBalancer",
    "MemoryLogs",
    "MemoryMetrics",
    "MemoryOnCall",
    "MemoryOrchestrator",
    "MemoryPager",
    "MemoryProduction",
    "MemoryServiceMesh",
    "MemoryStatusPage",
    "MemoryStore",
    "MemoryTestRunner",
    "MemoryTools",
    "MemoryTracker",
    "MemoryVersionControl",
    "Reaction",
    "Sleep",
    "Sleeps",
    "Trouble",
    "Unreachable",
]
