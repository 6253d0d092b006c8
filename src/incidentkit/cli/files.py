"""The files that options name: playbooks, directories, drills and nights."""

from __future__ import annotations

from pathlib import Path

from incidentkit.convert import MAX_CHARACTERS, from_toml
from incidentkit.drills import Drill, Nights
from incidentkit.errors import DocumentInvalid
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.directory import Directory
from incidentkit.policy.playbook import Playbook


def playbook_in(path: Path) -> Playbook:
    """The playbook in a file."""
    return from_toml(_text(path), Playbook, source=str(path))


def playbook_or_emergency(path: Path | None) -> Playbook:
    """The playbook in a file; without one, the one that comes with the library."""
    return EMERGENCY if path is None else playbook_in(path)


def directory_in(path: Path) -> Directory:
    """The directory in a file."""
    return Directory.from_toml(_text(path), source=str(path))


def drill_in(path: Path, playbook: Playbook, directory: Directory) -> Drill:
    """The drill in a file, of a playbook and for people."""
    return Drill.from_toml(_text(path), playbook=playbook, directory=directory, source=str(path))


def nights_in(path: Path, playbook: Playbook, directory: Directory) -> Nights:
    """The nights in a file, of a playbook and for people."""
    return Nights.from_toml(_text(path), playbook=playbook, directory=directory, source=str(path))


def _text(path: Path) -> str:
    """The text of a file; no more of it than anybody would try to understand."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise DocumentInvalid("$", "it is not text in UTF-8", source=str(path)) from None
