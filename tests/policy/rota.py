"""The rotation of the examples: three people take weeks from Monday to Monday."""

from __future__ import annotations

from datetime import date
from typing import Any

from incidentkit.policy.rotation import Rotation


def weekly(**changes: Any) -> Rotation:
    """The rotation with other values for some of its fields."""
    usual: dict[str, Any] = {
        "name": "primary",
        "zone": "Europe/London",
        "starts": date(2026, 3, 2),
        "every": "1 week on Mon",
        "at": "09:00",
        "participants": ["ada", "grace", "linus"],
    }
    return Rotation(**{**usual, **changes})
