"""The people of a practice, for drills without a directory of one's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from incidentkit.policy.directory import Directory

FILE: Final = "people.toml"


@cache
def practice_directory() -> Directory:
    """Invented people for every role of the emergency playbook, each with push, phone, mail and sms."""
    text = files("incidentkit.drills").joinpath(FILE).read_text(encoding="utf-8")
    return Directory.from_toml(text, source=FILE)
