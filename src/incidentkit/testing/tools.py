"""Strategies for requests to the tools of the playbook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from attrs import NOTHING, fields
from hypothesis import strategies as st

from incidentkit.providers.tools import Operation, ToolRequest
from incidentkit.providers.tracker import MOST_TICKETS, TicketStatus
from incidentkit.testing.calendar import moments
from incidentkit.testing.identity import names, texts

_NAMES: Final = names() | st.sampled_from(["--all", "-x", "@file", "a=b"])

_BRANCHES: Final = st.sampled_from(["hotfix/checkout-500", "main", "Größe", "修复", "a.b", "x" * 200])

_PERIODS: Final = st.integers(1, 10**7).map(lambda seconds: timedelta(seconds=seconds)) | st.sampled_from(
    [timedelta(minutes=15), timedelta(hours=48), timedelta(seconds=90), timedelta(days=7)]
)

_VALUES: Final[Mapping[str, st.SearchStrategy[Any]]] = {
    "key": st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}"),
    "incident": _NAMES,
    "environment": _NAMES,
    "last": _PERIODS,
    "duration": _PERIODS,
    "query": texts(blank=False),
    "filter": texts(),
    "level": _NAMES,
    "limit": st.integers(1, MOST_TICKETS),
    "text": texts(),
    "status": st.sampled_from(TicketStatus),
    "since": moments(),
    "version": _NAMES,
    "fast_track": st.booleans(),
    "features": st.lists(_NAMES, min_size=1, max_size=4, unique=True).map(tuple),
    "name": _NAMES.filter(lambda name: "=" not in name),
    "value": texts().filter(bool),
    "branch": _BRANCHES,
    "remote": _BRANCHES,
    "message": texts(blank=False),
    "suite": _NAMES,
    "replicas": st.integers(0, 1000),
    "service": _NAMES,
    "instance": _NAMES,
    "rps": st.integers(1, 10**6),
    "sql": texts(blank=False),
}
"""What each field of a request may hold; a field of one name is checked in one way in all of them."""


def tool_requests(operation: Operation) -> st.SearchStrategy[ToolRequest]:
    """Requests for an operation, with nasty names and texts; every one is a request that a provider may be given.

    A value may begin with ``-``, which no command line takes and every other provider does.
    """
    given = {
        each.name: _VALUES[each.name] if each.default is NOTHING else st.just(each.default) | _VALUES[each.name]
        for each in fields(operation.request)
    }
    return st.fixed_dictionaries(given).map(_once_back).map(lambda values: operation.request(**values))


def _once_back(values: dict[str, Any]) -> dict[str, Any]:
    """The values, without the moment if they say twice how far to look back."""
    twice = values.get("since") is not None and values["last"] is not None
    return {**values, "since": None} if twice else values
