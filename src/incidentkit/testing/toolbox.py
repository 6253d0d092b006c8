"""A toolbox whose providers are all in memory, for tests to look into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from attrs import Factory, field, frozen

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
    on_call: MemoryOnCall = Factory(lambda: MemoryOnCall({}))
    chat: MemoryChat = Factory(MemoryChat)
    status_page: MemoryStatusPage = Factory(MemoryStatusPage)
    tracker: MemoryTracker = Factory(MemoryTracker)
    health_check: MemoryHealthChecks = Factory(lambda: MemoryTools().health_check)
    metrics: MemoryMetrics = Factory(lambda: MemoryTools().metrics)
    logging: MemoryLogs = Factory(lambda: MemoryTools().logging)
    support: MemoryTracker = Factory(lambda: MemoryTools().support)
    feature_flag_tool: MemoryFeatureFlags = Factory(lambda: MemoryTools().feature_flag_tool)
    deploy_tool: MemoryDeployments = Factory(lambda: MemoryTools().deploy_tool)
    orchestrator: MemoryOrchestrator = Factory(lambda: MemoryTools().orchestrator)
    service_mesh: MemoryServiceMesh = Factory(lambda: MemoryTools().service_mesh)
    load_balancer: MemoryLoadBalancer = Factory(lambda: MemoryTools().load_balancer)
    database: MemoryDatabase = Factory(lambda: MemoryTools().database)
    cloud_provider: MemoryHealthChecks = Factory(lambda: MemoryTools().cloud_provider)
    payment_provider: MemoryHealthChecks = Factory(lambda: MemoryTools().payment_provider)
    vcs_tool: MemoryVersionControl = Factory(lambda: MemoryTools().vcs_tool)
    test_runner: MemoryTestRunner = Factory(lambda: MemoryTools().test_runner)
    config_tool: MemoryConfiguration = Factory(lambda: MemoryTools().config_tool)
    api_gateway: MemoryApiGateway = Factory(lambda: MemoryTools().api_gateway)
    firewall: MemoryFirewall = Factory(lambda: MemoryTools().firewall)


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
