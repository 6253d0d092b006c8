"""A toolbox whose providers are all in memory, for tests to look into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from attrs import field, frozen

from incidentkit.desk.toolbox import Toolbox
from incidentkit.memory import (
    MemoryApiGateway,
    MemoryChat,
    MemoryConfiguration,
    MemoryDatabase,
    MemoryDeployments,
    MemoryFeatureFlags,
    MemoryFirewall,
    MemoryHealthChecks,
    MemoryLoadBalancer,
    MemoryLogs,
    MemoryMetrics,
    MemoryOnCall,
    MemoryOrchestrator,
    MemoryPager,
    MemoryServiceMesh,
    MemoryStatusPage,
    MemoryTestRunner,
    MemoryTools,
    MemoryTracker,
    MemoryVersionControl,
    Reaction,
)


def _pagers(pagers: Mapping[str, MemoryPager]) -> dict[str, MemoryPager]:
    return dict(pagers)


@frozen(kw_only=True)
class MemoryToolbox(Toolbox):
    """A toolbox with something in every slot, each of which shows what was asked of it. Made by `memory_toolbox`."""

    pagers: Mapping[str, MemoryPager] = field(factory=dict[str, MemoryPager], converter=_pagers)
    on_call: MemoryOnCall
    chat: MemoryChat
    status_page: MemoryStatusPage
    tracker: MemoryTracker
    health_check: MemoryHealthChecks
    metrics: MemoryMetrics
    logging: MemoryLogs
    support: MemoryTracker
    feature_flag_tool: MemoryFeatureFlags
    deploy_tool: MemoryDeployments
    orchestrator: MemoryOrchestrator
    service_mesh: MemoryServiceMesh
    load_balancer: MemoryLoadBalancer
    database: MemoryDatabase
    cloud_provider: MemoryHealthChecks
    payment_provider: MemoryHealthChecks
    vcs_tool: MemoryVersionControl
    test_runner: MemoryTestRunner
    config_tool: MemoryConfiguration
    api_gateway: MemoryApiGateway
    firewall: MemoryFirewall


def memory_toolbox(
    clock: Callable[[], datetime],
    *,
    methods: Iterable[str],
    reactions: Mapping[str, Reaction] | None = None,
    tools: MemoryTools | None = None,
) -> MemoryToolbox:
    """Providers in memory on a clock for every slot, and a pager for each contact method.

    ``reactions`` are what people do when they are paged, by whichever method; without one they sleep. ``tools`` are
    those of the playbook; those that know of nothing, if not given. The on-call system has no schedule.
    """
    found = MemoryTools(clock=clock) if tools is None else tools
    return MemoryToolbox(
        pagers={method: MemoryPager(reactions, clock=clock) for method in methods},
        on_call=MemoryOnCall({}),
        chat=MemoryChat(),
        status_page=MemoryStatusPage(),
        tracker=MemoryTracker(clock=clock),
        **found.by_slot,
    )
