"""What requests to tools may hold: what is refused names its field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from incidentkit.errors import FieldInvalid
from incidentkit.model.identity import IncidentId
from incidentkit.providers.configuration import SetSetting
from incidentkit.providers.deployments import Deploy, RollBack
from incidentkit.providers.feature_flags import DisableFeatures
from incidentkit.providers.metrics import QueryMetric, ReadErrors, Readings
from incidentkit.providers.orchestrator import ScaleService
from incidentkit.providers.tracker import FindTickets
from incidentkit.providers.traffic import BlockAll, SetRateLimit
from incidentkit.providers.version_control import Push

KEY, INCIDENT = "5f" * 32, IncidentId("INC-7")
SECOND = timedelta(seconds=1)
SAMPLES: dict[str, Any] = {
    "period": ReadErrors(incident=INCIDENT, last=SECOND),
    "choice": Deploy(key=KEY, incident=INCIDENT),
    "name": RollBack(key=KEY, incident=INCIDENT, version="2.4.0"),
    "service": BlockAll(key=KEY, incident=INCIDENT, service="api"),
    "names": DisableFeatures(key=KEY, incident=INCIDENT, features=("a",)),
    "words": QueryMetric(incident=INCIDENT, query="error_rate", last=SECOND),
    "count": ScaleService(key=KEY, incident=INCIDENT, replicas=0),
    "rate": SetRateLimit(key=KEY, incident=INCIDENT, rps=1),
    "setting": SetSetting(key=KEY, incident=INCIDENT, name="a", value=" "),
    "ref": Push(key=KEY, incident=INCIDENT, branch="hotfix/ü-1"),
    "share": Readings(error_rate=0.34, degradation=1),
}


@pytest.mark.parametrize(
    ("sample", "field", "values"),
    [
        ("period", "last", [timedelta(), -SECOND, SECOND / 2, 1.5 * SECOND, 15, "15m", None]),
        ("choice", "version", [" ", "a\n", None, 7, "x" * 201]),
        ("choice", "environment", [None, "\x00"]),
        ("choice", "fast_track", [1, None, "yes"]),
        ("name", "version", ["", " 1", None, 2.4]),
        ("service", "service", ["", " ", "a\x1b"]),
        ("names", "features", [(), ["a"], "a", ("",), ("a", "a"), (7,), None]),
        ("words", "query", ["", " \n", "a\x00", None]),
        ("count", "replicas", [-1, True, 1.0, "10", None, 10**10]),
        ("rate", "rps", [0, -1, True, 0.5, None, 10**10]),
        ("setting", "name", ["", "a=b", "="]),
        ("setting", "value", ["", "\x00", None]),
        ("ref", "branch", ["", ":main", "+main", "-f", "a b", "a..b", "a^", "a*", "@{-1}", "a\\b"]),
        ("ref", "remote", ["", "https://evil.example", "ext::sh", "git@host:repo"]),
        ("share", "error_rate", [-0.1, 1.01, True, "0.3", float("nan")]),
    ],
)
def test_what_a_field_cannot_hold_is_refused_by_its_name(sample: str, field: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(FieldInvalid) as caught:
            evolve(SAMPLES[sample], **{field: value})
        assert caught.value.field == field


def test_one_looks_back_to_a_moment_or_for_a_time() -> None:
    with pytest.raises(FieldInvalid, match="last: 'since' says already"):
        FindTickets(incident=INCIDENT, limit=1, last=SECOND, since=datetime(2026, 3, 2, tzinfo=UTC))
