"""``incidentkit conform``: what it finds, what it reports, and what it says when it cannot check."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from incidentkit import Desk
from incidentkit.testing import conformance
from tests.cli.invocation import Invoke

MODULE = """
from attrs import evolve

from incidentkit.memory import MemoryPager, MemoryStore
from incidentkit.testing import Rig

NUMBER = 7


def pager():
    made = MemoryPager()
    return Rig(made, effects=lambda: made.pages)


def nothing():
    MemoryPager()


def listing():
    return Rig(MemoryPager(), effects=["x"])


def failing():
    return Rig(MemoryPager(), effects=broken)


class Speechless:
    def page(self, request, /):
        pass


class Forgetful(MemoryPager):
    async def page(self, request, /):
        self._answers.clear()
        return evolve(super().page(request), reference=f"page {len(self.pages)}")


class Kept:
    Store = MemoryStore


def broken():
    raise OSError("no such server")


def ending():
    raise SystemExit(0)
"""


@pytest.fixture(autouse=True)
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module in the current folder; its name is used for no other test, as Python keeps what it has imported."""
    name = f"own_{abs(hash(tmp_path))}"
    (tmp_path / f"{name}.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / f"ends_{name}.py").write_text("raise SystemExit(0)", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return name


def test_kept_promises_are_reported(invoke: Invoke, module: str) -> None:
    done = invoke("conform", f"{module}:pager")
    assert done.status == 0
    assert done.lines[0] == f"{module}:pager (pager)"
    assert ["page_done_once", "must", "kept"] in [line.split() for line in done.lines]
    assert done.lines[-1].startswith("Promises: 19 kept, 0 broken, 7 untold")


def test_a_desk_is_known_by_its_methods(invoke: Invoke) -> None:
    done = invoke("conform", "tests.testing.conformance.desk_rigs:rig_of_desk")
    assert (done.status, done.lines[0]) == (0, "tests.testing.conformance.desk_rigs:rig_of_desk (desk)")
    assert done.lines[-1] == f"Promises: {len(conformance(Desk))} kept, 0 broken, 0 untold."


def test_a_factory_may_import_its_neighbours_late(invoke: Invoke, module: str, tmp_path: Path) -> None:
    lazy = f"lazy_{module}"
    text = f"def make():\n    from {module} import pager\n    return pager()\n"
    (tmp_path / f"{lazy}.py").write_text(text, encoding="utf-8")
    assert invoke("conform", f"{lazy}:make").status == 0


def test_a_broken_promise_is_reported_and_is_the_exit_status(invoke: Invoke, module: str, tmp_path: Path) -> None:
    done = invoke("conform", f"{module}:Forgetful", "--level", "must", "--junit", "r.xml", "--json", "r.json")
    assert done.status == 1
    assert "page_same_answer: `page` gives for a key that was used before the answer of the first time." in done.out
    assert " should " not in done.out
    plain: Any = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    suite = ElementTree.fromstring((tmp_path / "r.xml").read_text(encoding="utf-8"))
    assert plain["broken"] == int(suite.get("failures", "")) == 1


def test_a_kind_may_be_given_and_a_factory_stand_deeper(invoke: Invoke, module: str) -> None:
    done = invoke("conform", f"{module}:Kept.Store", "--kind", "store", "--level", "must", "--limit", "10s")
    assert (done.status, done.lines[0]) == (0, f"{module}:Kept.Store (store)")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["{}:nobody"], "cannot be imported: AttributeError: "),
        (["no_such_module_here:pager"], "cannot be imported: ModuleNotFoundError: "),
        (["{}"], "is not of the form MODULE:FACTORY"),
        (["{}:NUMBER"], "is 7, which cannot be called"),
        (["{}:broken"], "the factory raised OSError: no such server"),
        (["{}:ending"], "factory: making or closing it raised SystemExit: 0"),
        (["{}:ending", "--kind", "pager"], "factory: making or closing it raised SystemExit: 0"),
        (["ends_{}:pager"], "cannot be imported: SystemExit: 0"),
        (
            ["builtins:dict"],
            r"no protocol; the nearest is configuration, without set, unset, diagnose\. Say what it is with --kind: ",
        ),
        (["{}:Speechless"], "the nearest is pager, without diagnose"),
        (["{}:nothing"], "provider: it is None: let the factory return what is to be checked, or a Rig around it"),
        (["{}:nothing", "--kind", "pager"], "provider: it is None: let the factory return what is to be checked"),
        (["{}:listing"], r"effects: it is called, and \['x'\] cannot be: give a function, as effects=lambda: \['x'\]"),
        (["{}:failing"], "effects: it raised OSError: no such server"),
        (["{}:pager", "--kind", "pagr"], "there is no kind 'pagr': there are pager, .*. Did you mean 'pager'"),
        (["{}:pager", "--junit", "nowhere/r.xml"], "nowhere/r.xml cannot be written: there is no folder nowhere"),
    ],
)
def test_what_cannot_be_checked_is_said_in_a_line(
    invoke: Invoke, module: str, arguments: list[str], problem: str
) -> None:
    done = invoke("conform", *(each.format(module) for each in arguments))
    assert done.status == 2
    assert len(done.err.splitlines()) == 1
    assert re.search(problem, done.err)
