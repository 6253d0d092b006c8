"""A runbook, what people say of it, and the programs that do its steps and write down when they begin and end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from incidentkit import Flag
from incidentkit.adapters import AsyncCommandTools, CommandTools
from incidentkit.model.commands import Answer, Command, Confirm
from incidentkit.playbooks.emergency import EMERGENCY
from incidentkit.policy.playbook import Playbook
from incidentkit.policy.recipient import person
from incidentkit.policy.runbook import Runbook
from incidentkit.policy.step import Check, Decide, Use
from incidentkit.policy.stride import Stage, Stride

UP: Final = Flag("database_up", question="Does the database answer?")
SAFE: Final = Flag("safe_to_restart", question="Is a restart safe?")

DATABASE_DOWN: Final = Runbook(
    "database down",
    owner=person("ada"),
    steps=[
        Use("off", "feature_flag_tool.disable", {"features": ["search"]}),
        Use("status", "database.status", learns={"healthy": UP}),
        Decide("safe", SAFE, when=~UP),
        Use("restart", "database.restart", when=SAFE & ~UP, confirmed_by=person("grace")),
        Use("failover", "database.failover", when=UP),
        Use("scale", "orchestrator.scale", {"service": "checkout", "replicas": 6}, confirm=True),
        Use("pods", "orchestrator.restart", {"service": "checkout"}),
        Check("health", "health_check.check", {"environment": "production"}, every=timedelta(seconds=1)),
    ],
)
"""Steps of each kind; the database is down whenever it is asked, so nobody fails over."""

RUNBOOKS: Final = Playbook(name="runbooks", rules=EMERGENCY.rules, runbooks=[DATABASE_DOWN])

STEPS: Final[Mapping[tuple[str, ...], str]] = {
    ("FEATURE_FLAG_TOOL", "disable", "search"): "off",
    ("DATABASE_TOOL", "status"): "status",
    ("DATABASE_TOOL", "restart"): "restart",
    ("DATABASE_TOOL", "failover", "--to-replica"): "failover",
    ("ORCHESTRATOR", "scale", "checkout", "--replicas=6"): "scale",
    ("ORCHESTRATOR", "restart", "checkout"): "pods",
    ("HEALTH_CHECK", "production"): "health",
}
"""The step that each command line is of."""

DESTRUCTIVE: Final = ("restart", "failover", "pods")

RUN: Final = f"{DATABASE_DOWN.name} #1"
"""The first time through it in an incident."""


def confirming(step: str) -> str:
    """Who may confirm a step."""
    return "grace" if step == "restart" else "ada"


def answer_to(stride: Stride, at: datetime, *, safe: bool = True) -> Command:
    """What people say of a step that waits for them: that it may be tried, or whether a restart is safe."""
    if stride.name == "safe":
        return Answer(RUN, "safe_to_restart", safe, at=at, by="ada")
    assert stride.stage in (Stage.UNCONFIRMED, Stage.FAILED), stride
    return Confirm(RUN, stride.name, attempt=stride.attempt, at=at, by=confirming(stride.name))


PROGRAM: Final = """\
#!{python} -IS
import json, os, random, sys, time
def write(**more):
    line = {{"pid": os.getpid(), "at": time.time(), **more}}
    diary = os.open({diary!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(diary, (json.dumps(line) + "\\n").encode())
    os.close(diary)
environment = {{name: os.environ.get(name) for name in ("DESK", "INCIDENTKIT_INCIDENT", "INCIDENTKIT_KEY")}}
write(began=sys.argv[1:], **environment)
time.sleep(1 if sys.argv[1:] == {slowest!r} else random.uniform({slow} / 4, {slow}))
write(began=None)
sys.exit(1 if sys.argv[1:] == ["DATABASE_TOOL", "status"] else 0)
"""


@frozen
class Entry:
    """One time that a program ran."""

    incident: str
    step: str
    key: str | None
    desk: str
    began: float
    """Seconds of the clock of the machine, as ``ended``."""
    ended: float | None
    """`None` if it has not, or will not."""


@frozen
class Machinery:
    """The programs in a folder, and their diary."""

    folder: Path

    def build(self, slow: float, slowest: str = "") -> None:
        """Make the program that does every step, and takes so many seconds at the most; for one step, a second."""
        words = [*next((words for words, step in STEPS.items() if step == slowest), ())]
        diary = str(self.folder / "diary")
        program = PROGRAM.format(python=sys.executable, diary=diary, slow=slow, slowest=words)
        self._program.write_text(program, encoding="utf-8")
        self._program.chmod(0o755)

    @property
    def _program(self) -> Path:
        return self.folder / "program"

    def slots(self, desk: str, kind: type[CommandTools] | type[AsyncCommandTools]) -> dict[str, Any]:
        """Every tool of the runbook, for a desk of that name."""
        commands = {words[0]: [str(self._program), words[0]] for words in STEPS}
        return {**kind(commands, environment={"DESK": desk}).slots()}

    @property
    def entries(self) -> list[Entry]:
        """Every time that a program ran, the first one first."""
        diary = self.folder / "diary"
        lines: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for line in diary.read_text().splitlines() if diary.exists() else ():
            read = json.loads(line)
            lines[read["pid"]].append(read)
        return sorted((entry for each in lines.values() for entry in _entries(each)), key=lambda each: each.began)

    def is_running(self) -> bool:
        """Whether any program runs, be it that it has not come to writing anything yet."""
        listed = subprocess.run(["ps", "-A", "-ww", "-o", "args="], check=True, capture_output=True, text=True)
        return str(self._program) in listed.stdout

    def now(self) -> datetime:
        """The time by the clock of the store: that of the machine, and what it was put forward by."""
        file = self.folder / "ahead"
        ahead = float(file.read_text()) if file.exists() else 0.0
        return datetime.now(UTC) + timedelta(seconds=ahead)

    def put_forward(self, length: timedelta) -> None:
        """Let so much time pass at once for every store that goes by this clock."""
        ahead = self.now() - datetime.now(UTC) + length
        written = self.folder / f"ahead-{os.getpid()}"
        written.write_text(str(ahead.total_seconds()))
        written.replace(self.folder / "ahead")  # nobody reads half a number


def _entries(lines: list[dict[str, Any]]) -> list[Entry]:
    """What the programs with one number wrote, which is taken by another one some time after the first has ended."""
    begun = [place for place, line in enumerate(lines) if line["began"] is not None]
    return [
        Entry(
            incident=lines[place]["INCIDENTKIT_INCIDENT"],
            step=STEPS[tuple(lines[place]["began"])],
            key=lines[place]["INCIDENTKIT_KEY"],
            desk=lines[place]["DESK"],
            began=lines[place]["at"],
            ended=next((line["at"] for line in lines[place + 1 : place + 2] if line["began"] is None), None),
        )
        for place in begun
    ]
