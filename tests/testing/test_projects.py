"""Projects outside the tree: they install the wheel, and have what they wrote themselves checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]

PAGER: Final = '''\
"""Pages people through a topic of a push service."""

from incidentkit.errors import ProviderUnavailable
from incidentkit.providers.answer import Diagnosis, Receipt
from incidentkit.providers.pager import SendPage


class Service:
    """Stands for the service: it knows a message by its id, and takes none while it is down."""

    def __init__(self) -> None:
        self.messages: dict[str, str] = {}
        self.up = True

    async def push(self, id: str, text: str) -> None:
        if not self.up:
            raise OSError("https://push.example.org does not answer")
        self.messages.setdefault(id, text)


class TopicPager:
    def __init__(self, service: Service) -> None:
        self._service = service

    async def page(self, request: SendPage, /) -> Receipt:
        try:
            await self._service.push(request.key, f"{request.person}: {request.title[:100]} ({request.reason[:100]})")
        except OSError as error:
            raise ProviderUnavailable("the service does not answer", provider="topic") from error
        return Receipt(reference=request.key)

    async def diagnose(self) -> Diagnosis:
        return Diagnosis(healthy=self._service.up, problem="" if self._service.up else "it does not answer")
'''

PAGER_TESTS: Final = """\
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from incidentkit.providers.pager import Pager
from incidentkit.testing import Check, Rig, conformance
from topic import Service, TopicPager


def pager() -> Rig[Pager]:
    service = Service()

    @contextmanager
    def outage() -> Iterator[None]:
        service.up = False
        yield
        service.up = True

    another = lambda: TopicPager(service)
    return Rig(another(), another=another, effects=service.messages.values, outage=outage)


@pytest.mark.parametrize("check", conformance(Pager), ids=str)
def test_it_keeps_the_promises_of_a_pager(check: Check[Pager]) -> None:
    check(pager)
"""

STORE: Final = '''\
"""A store on dictionaries, for a service that may forget."""

from datetime import UTC, datetime
from threading import RLock

from incidentkit.errors import FieldInvalid, UnknownIncident
from incidentkit.providers.entry import appended, is_sought
from incidentkit.providers.store import MOST, Audit, at_its_end
from incidentkit.providers.words import words_of


class DictStore:
    def __init__(self):
        self.logs, self.entries, self.numbers, self.lock = {}, {}, {}, RLock()

    def now(self):
        return datetime.now(UTC)

    def append(self, request, /):
        with self.lock:
            log = self.logs.get(request.incident, ())
            made = appended(request, self.entries.get(request.incident), self.now(), lambda: log)
            kept = (made.rewritten.get(place, event) for place, event in enumerate(log))
            self.logs[request.incident] = (*kept, *made.events)
            self.entries[request.incident] = made.entry
            return made.events

    def load(self, incident, /):
        if incident not in self.logs:
            raise UnknownIncident(incident)
        return self.logs[incident]

    def due(self, request, /):
        with self.lock:
            now = self.now()
            due = [
                incident
                for incident, entry in self.entries.items()
                if (entry.wake_at and entry.wake_at <= now)
                or (not entry.done and (entry.planned_with != request.planned_with or entry.kept_at > now))
            ]
            return tuple(sorted(due, key=self.turn)[: request.limit])

    def turn(self, incident):
        wake_at = self.entries[incident].wake_at
        return wake_at is None, wake_at or datetime.max.replace(tzinfo=UTC), incident

    def find(self, request, /):
        with self.lock:
            ids = [*self.entries][::-1]
            if request.after is not None:
                self.load(request.after)
                ids = ids[ids.index(request.after) + 1 :]
            found = [each for each in ids if is_sought(request, self.entries[each], words_of(self.logs[each]))]
            return tuple(found[: request.limit])

    def audit(self, request, /):
        with self.lock:
            latest = request.latest(self.now())
            opened = {incident: entry for incident, entry in self.entries.items() if not entry.done}
            late = [each for each, entry in opened.items() if not entry.wake_at or entry.wake_at < latest]
            return Audit(len(opened), tuple(sorted(late, key=self.turn)))

    def number(self, request, /):
        with self.lock:
            if self.numbers.get(request.series) == MOST:
                raise at_its_end(request)
            self.numbers[request.series] = self.numbers.get(request.series, 0) + 1
            return self.numbers[request.series]
'''

STORE_TESTS: Final = """\
import pytest

from incidentkit.providers.store import IncidentStore
from incidentkit.testing import Check, conformance
from shelf import DictStore


@pytest.mark.parametrize("check", conformance(IncidentStore), ids=str)
def test_it_keeps_the_promises_of_a_store(check: Check[IncidentStore]) -> None:
    check(DictStore)
"""

RULES: Final = """\
from incidentkit import Flag, Number, SeverityRules, SeverityScheme, Worse, when

P1, P2, P3 = SeverityScheme("P1", "P2", "P3")

LATE = Number("late_parcels", question="What share of parcels is late?", minimum=0, maximum=1, worse=Worse.HIGHER)
LOST = Flag("parcels_lost", question="Are parcels lost?")

SOUND = SeverityRules(when(LOST | (LATE >= 0.5), P1), when(LATE > 0.1, P2), otherwise=P3)
PLANTED = SeverityRules(when((LATE > 0.1) & (LATE < 0.5), P2), when(LOST, P1), otherwise=P3)
"""

RULES_TESTS: Final = """\
from incidentkit.testing import check_rules
from parcels import PLANTED, SOUND


def test_the_sound_rules():
    check_rules(SOUND)


def test_the_planted_ones():
    check_rules(PLANTED)
"""


def run(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    quiet = {"PATH": os.environ["PATH"], "HOME": str(cwd), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(
        [*map(str, words)], cwd=cwd, env=quiet, capture_output=True, check=False, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment of its own, in which the wheel is installed.

    Nothing is fetched: the wheel is built by the hatchling that is here, from a copy without what was made here before,
    and what the library depends on is read from where these tests have it.
    """
    folder = tmp_path_factory.mktemp("project")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist", cwd=source)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (folder / "dist").glob("*.whl")
    made = run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    assert made.returncode == 0, made.stdout + made.stderr
    python = folder / "env" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python)
    installed = run(*pip, "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=folder)
    assert installed.returncode == 0, installed.stdout + installed.stderr
    (site,) = (folder / "env").glob("lib/python*/site-packages")
    others = dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    (site / "others.pth").write_text("".join(f"{each}\n" for each in others), encoding="utf-8")
    where = run(python, "-c", "import incidentkit; print(incidentkit.__file__)", cwd=folder)
    assert Path(where.stdout.strip()).is_relative_to(site), where.stdout + where.stderr
    return folder


def said_by_pytest(project: Path, tests: str) -> subprocess.CompletedProcess[str]:
    """What pytest says of a file."""
    (project / "test_own.py").write_text(tests, encoding="utf-8")
    words = ("-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_own.py")
    return run(project / "env" / "bin" / "python", *words, cwd=project)


def outcomes_of(project: Path, tests: str) -> dict[str, int]:
    """How many tests of a file came out how; none fails."""
    done = said_by_pytest(project, tests)
    counts = re.findall(r"(\d+) (passed|failed|skipped|errors?)", done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: int(count) for count, name in counts}


def test_a_pager_of_thirty_lines_that_is_awaited_gets_a_full_report(project: Path) -> None:
    own = PAGER.split("class TopicPager:")[1]
    assert len(own.splitlines()) < 30
    (project / "topic.py").write_text(PAGER, encoding="utf-8")
    assert outcomes_of(project, PAGER_TESTS) == {"passed": 24, "skipped": 2}
    program = project / "env" / "bin" / "incidentkit"
    done = run(program, "conform", "test_own:pager", "--junit", "report.xml", cwd=project)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Promises: 24 kept, 0 broken, 2 untold."
    assert (project / "report.xml").exists()


def test_a_store_on_dictionaries_gets_a_full_report(project: Path) -> None:
    (project / "shelf.py").write_text(STORE, encoding="utf-8")
    counts = outcomes_of(project, STORE_TESTS)
    assert counts == {"passed": 39, "skipped": 19}


def test_severity_rules_of_its_own_are_checked_in_a_line_and_the_planted_fault_is_shown(project: Path) -> None:
    (project / "parcels.py").write_text(RULES, encoding="utf-8")
    done = said_by_pytest(project, RULES_TESTS)
    assert done.stdout.splitlines()[-1].startswith("1 failed, 1 passed"), done.stdout + done.stderr
    shown = [re.sub(r"^E +| +", " ", line).strip() for line in done.stdout.splitlines()]
    assert "late_parcels gets worse, and the severity milder: P3 instead of P2." in shown
    assert "What share of parcels is late? 0.2 0.5" in shown
    assert "severity P2 P3" in shown
