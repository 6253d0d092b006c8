"""Strategies for severities and their schemes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from hypothesis import strategies as st

from incidentkit.model.calendar import SupportCalendar
from incidentkit.model.severity import FEWEST, MOST, Label, Severity, SeverityScheme
from incidentkit.testing.calendar import support_calendars
from incidentkit.testing.identity import texts
from incidentkit.testing.targets import targets

KEYS: Final = texts(blank=False)
"""Keys of severities: any text that is not blank."""

_TEXTS: Final = texts() | st.just("\x00")

LABELS: Final[st.SearchStrategy[Label]] = st.one_of(
    _TEXTS,
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(_TEXTS, max_size=3).map(tuple),
    st.dictionaries(_TEXTS, _TEXTS, max_size=3),
)

LABEL_TABLES: Final = st.dictionaries(_TEXTS, LABELS, max_size=3)


def unbound_severities(
    key: st.SearchStrategy[str] = KEYS, calendars: Iterable[SupportCalendar] = ()
) -> st.SearchStrategy[Severity[Any]]:
    """Severities in no scheme yet; their targets count on wall time or on these calendars."""
    return st.builds(Severity[Any], key, name=_TEXTS, criteria=_TEXTS, targets=targets(calendars), labels=LABEL_TABLES)


@st.composite
def ordered_schemes(draw: st.DrawFn) -> SeverityScheme[Any]:
    """Schemes of which nothing is said but their order: small, for what needs no more."""
    return SeverityScheme(*draw(st.lists(KEYS, min_size=FEWEST, max_size=MOST, unique=True)), name=draw(texts()))


@st.composite
def severity_schemes(draw: st.DrawFn) -> SeverityScheme[Any]:
    """Schemes of two to seven severities that say all there is to say: names, criteria, targets, labels.

    The targets of a scheme share up to two support calendars.
    """
    calendars = draw(st.lists(support_calendars(), max_size=2, unique_by=lambda each: each.name))
    rows = draw(
        st.lists(
            unbound_severities(calendars=calendars), min_size=FEWEST, max_size=MOST, unique_by=lambda each: each.key
        )
    )
    return SeverityScheme(*rows, name=draw(_TEXTS), labels=draw(LABEL_TABLES))


def severities() -> st.SearchStrategy[Severity[Any]]:
    """Severities of drawn schemes, each in its scheme; those of one scheme are ``sampled_from(scheme.severities)``."""
    return severity_schemes().flatmap(lambda scheme: st.sampled_from(scheme.severities))
