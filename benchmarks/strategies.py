"""Drawn examples: what each costs, Hypothesis included, beside making the same incidents from their events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.measure import Row
from incidentkit import Incident, testing
from incidentkit.model.events import Event
from incidentkit.playbooks.emergency import RULES

EXAMPLES: Final = 40

_STRATEGIES: Final[dict[str, Callable[[], st.SearchStrategy[Any]]]] = {
    "attended": testing.attended,
    "commands": testing.commands,
    "conditions": lambda: testing.conditions(RULES.vocabulary),
    "contact_chains": testing.contact_chains,
    "decision_trees": testing.decision_trees,
    "declarations": testing.declarations,
    "directories": testing.directories,
    "escalation_policies": testing.escalation_policies,
    "events": testing.events,
    "facts": lambda: testing.facts("down"),
    "histories": testing.histories,
    "known_facts": lambda: testing.known_facts(RULES.vocabulary),
    "maintenance_windows": testing.maintenance_windows,
    "moments": testing.moments,
    "names": testing.names,
    "obligations": lambda: testing.obligations("duty"),
    "playbooks": testing.playbooks,
    "postmortems": testing.postmortems,
    "recipients": testing.recipients,
    "rotations": testing.rotations,
    "runbooks": testing.runbooks,
    "schedules": testing.schedules,
    "severities": testing.severities,
    "severity_rules": testing.severity_rules,
    "severity_schemes": testing.severity_schemes,
    "shelves": testing.shelves,
    "support_calendars": testing.support_calendars,
    "targets": testing.targets,
    "texts": testing.texts,
    "triages": testing.triages,
    "vocabularies": testing.vocabularies,
}
"""Each strategy by its name, but for that of incidents."""


@frozen
class Drawing:
    """Examples of a strategy, drawn as a test draws them."""

    strategy: st.SearchStrategy[Any]

    def answers(self) -> Sequence[object]:
        """Nothing: what is drawn is another thing each time that Hypothesis changes."""
        return ()

    def sample(self) -> float:
        """Seconds for an example."""
        begin = perf_counter()
        count = len(_drawn(self.strategy))
        return (perf_counter() - begin) / count


@frozen
class Replaying:
    """The incidents that were drawn, made from their events."""

    def answers(self) -> Sequence[object]:
        """Nothing, as for what is drawn."""
        return ()

    def sample(self) -> float:
        """Seconds for an incident."""
        begin = perf_counter()
        for log in _logs():
            Incident.replay(log)
        return (perf_counter() - begin) / len(_logs())


def rows() -> list[Row]:
    """What is measured about strategies."""
    drawing = Row(
        name="drawn-incidents",
        work="an example of incidents(), beside the same incident from its events",
        ours=Drawing(testing.incidents()),
        hand=Replaying(),
    )
    others = (
        Row(name=f"drawn-{name}", work=f"an example of {name}()", ours=Drawing(make()), only_if_named=True)
        for name, make in _STRATEGIES.items()
    )
    return [drawing, *others]


@cache
def _logs() -> Sequence[tuple[Event, ...]]:
    return [incident.timeline.events for incident in _drawn(testing.incidents())]


def _drawn(strategy: st.SearchStrategy[Any]) -> list[Any]:
    """So many examples, the same each time."""
    examples: list[Any] = []

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy)
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples
