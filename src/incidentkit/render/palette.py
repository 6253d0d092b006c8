"""The style sheet of pages, and its colours by day for what stands outside of one, where nobody has that sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

STYLE: Final = files("incidentkit.render").joinpath("page.css").read_text(encoding="utf-8")

_FIRST_BLOCK: Final = STYLE.partition("}")[0]

DAY: Final[Mapping[str, str]] = MappingProxyType(dict(re.findall(r"--([\w-]+): (#\w+);", _FIRST_BLOCK)))
"""The colours by day, by the names of their properties, such as ``ink``."""

_VARIABLE: Final = re.compile(r"var\(\s*--([\w-]+)\s*(?:,([^()]*))?\)")


def by_day(value: str) -> str:
    """The value of an attribute without variables: colours in their place, of what is none of these that of words."""
    return _VARIABLE.sub(lambda found: DAY.get(found[1]) or (found[2] or "").strip() or "currentColor", value)
