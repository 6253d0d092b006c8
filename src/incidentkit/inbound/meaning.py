"""What headings mean, whatever their writers called them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from attrs import frozen


class Place(StrEnum):
    """Where what stands under a heading goes."""

    SUMMARY = "summary"
    IMPACT = "impact"
    TIMELINE = "timeline"
    CONTEXT = "context"
    """Into the timeline, if it holds times."""
    ROOT_CAUSE = "root_cause"
    RESOLUTION = "resolution"
    WENT_WELL = "went_well"
    COULD_BE_BETTER = "could_be_better"
    ACTION_ITEMS = "action_items"
    LESSONS = "lessons"
    MEASURES = "measures"
    PEOPLE = "people"
    ABOUT = "about"
    """Among what is known of the incident, if it is a few words."""


@frozen
class Meaning:
    """What a heading means."""

    place: Place
    is_kept: bool = False
    """Whether it says more than the place, and stays there as a heading."""
    is_exact: bool = True
    """Whether it is a heading that is known as it is."""


_CALLED: Final[Mapping[Place, str]] = {
    Place.SUMMARY: "summary|executive summary|overview|what happened|issue summary|incident summary|abstract|tl dr"
    "|description|incident overview|synopsis",
    Place.IMPACT: "impact|user impact|customer impact|business impact|impact on users|impact summary|impact analysis",
    Place.TIMELINE: "timeline|time line|key events|events|incident timeline|timeline of events|sequence of events"
    "|chronology|event timeline",
    Place.CONTEXT: "context",
    Place.ROOT_CAUSE: "root cause|root causes|contributing factors|contributing factor|contributing causes|cause"
    "|causes|blameless root cause|root cause analysis|why it happened|causes of the incident",
    Place.RESOLUTION: "resolution|recovery|mitigation|mitigations|remediation|fix|the fix|how it was resolved"
    "|how was it resolved|how we fixed it",
    Place.WENT_WELL: "what went well|what we did well|went well|things that went well|what worked|what worked well",
    Place.COULD_BE_BETTER: "what could be better|what went wrong|what didn't go so well|what did not go so well"
    "|what didn't go well|what could have gone better|what could have been better|could be better|what went poorly"
    "|what went badly|what needs improvement|what can be improved|areas for improvement|things that went poorly"
    "|what did not go well|went wrong|what did we do poorly",
    Place.ACTION_ITEMS: "action items|action item|actions|follow up|follow ups|follow up tasks|follow up actions"
    "|followup|followups|actions following review|review actions|future improvements|improvements|next steps"
    "|corrective actions|preventive actions|preventative actions|preventive measures|remediation items|todo|to do"
    "|action plan|follow up items|corrective and preventative measures|corrective and preventive measures",
    Place.LESSONS: "lessons|lessons learned|lessons learnt|lesson learned|learnings|takeaways|key takeaways"
    "|what we learned|what did we learn",
    Place.MEASURES: "stats|metrics|measures|statistics|key metrics|incident metrics|numbers",
    Place.PEOPLE: "people|people involved|attendees|atendees|responders|participants|authors|author|involved"
    "|incident team|who was involved|response team",
    Place.ABOUT: "date|status|severity|incident id|incident number|incident commander|owner|postmortem owner|document"
    " owner|reviewers|duration of incident|priority|service|category",
}

_KEPT: Final[Mapping[Place, str]] = {
    Place.ROOT_CAUSE: "trigger|triggers|leadup|lead up|background|five whys|5 whys|five why's|5 why's|why",
    Place.WENT_WELL: "where we got lucky|lucky|what we got lucky with|luck|got lucky",
    Place.RESOLUTION: "response|the response|incident response",
}

_MEANINGS: Final[Mapping[str, Meaning]] = {
    **{words: Meaning(place) for place, called in _CALLED.items() for words in called.split("|")},
    **{words: Meaning(place, is_kept=True) for place, called in _KEPT.items() for words in called.split("|")},
}

_AROUND: Final = re.compile(
    r":[a-z0-9_+-]+:"  # shortcodes of emoji
    r"|\A\s*(?:\d{1,3}(?:\.\d{1,3})*[.)]?|[ivx]{1,4}[.)])\s+"  # numbers
    r"|\([^()]*\)|\[[^\[\]]*\]",
    re.IGNORECASE,
)

_LETTERS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")

_AND: Final = re.compile(r"\s*(?:[,/&+]|\band\b)\s*", re.IGNORECASE)


def meaning_of(heading: str) -> Meaning | None:
    """What a heading means; `None` if it is not known."""
    if len(heading) > 200:
        return None
    bare = _AROUND.sub(" ", heading.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    is_exact = "(" not in heading and "[" not in heading
    found = _meaning(bare)
    if found is None and _letters(bare).startswith("timeline "):
        return Meaning(Place.TIMELINE, is_exact=False)
    return Meaning(found.place, found.is_kept, is_exact) if found else None


def is_misspelt(heading: str) -> bool:
    """Whether a heading that is not known resembles one that is."""
    said = _letters(heading[:60])
    return len(heading) <= 60 and len(said) > 4 and bool(get_close_matches(said, _MEANINGS, n=1, cutoff=0.85))


def _letters(words: str) -> str:
    return " ".join(_LETTERS.findall(words.lower())).removeprefix("the ")


def _meaning(words: str) -> Meaning | None:
    known = _MEANINGS.get(_letters(words))
    several = _AND.split(words)
    if known or len(several) < 2:
        return known
    meanings = [_MEANINGS.get(_letters(each)) for each in several if each.strip()]
    places = {each.place if each else None for each in meanings}
    if len(places) == 1:
        return meanings[0]
    return Meaning(Place.ACTION_ITEMS) if places == {Place.LESSONS, Place.ACTION_ITEMS} else None
