"""Real programs in the place of tools: git, and a runner of tests."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from incidentkit.adapters import AsyncCommandTools, CommandTools
from incidentkit.errors import Conflict, ProviderError, RequestInvalid
from tests.adapters.kinds import Kind, ask

BRANCH: Final = "hotfix/checkout-500"

ENVIRONMENT: Final = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **dict.fromkeys(("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"), "Ada"),
    **dict.fromkeys(("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"), "ada@example.com"),
    "LC_ALL": "C",
}

RUNNER: Final = """\
#!/bin/sh
# The command line of the playbook, for pytest: run --suite=smoke --environment=production
shift
suite=tests
for word; do
    case $word in --suite=*) suite=${{word#--suite=}} ;; esac
done
exec {python} -m pytest -q -p no:cacheprovider "$suite"
"""


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """A repository that others have."""
    folder = tmp_path / "origin.git"
    folder.mkdir()
    git(folder, "init", "-q", "--bare", "--initial-branch=main")
    return folder


@pytest.fixture
def work(origin: Path, tmp_path: Path) -> Path:
    """A copy of it, with a change that is not written down."""
    folder = tmp_path / "work"
    git(tmp_path, "clone", "-q", str(origin), str(folder))
    (folder / "checkout.py").write_text("timeout = 30\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Begin")
    git(folder, "push", "-q", "origin", "HEAD:main")
    (folder / "checkout.py").write_text("timeout = 5\n")
    git(folder, "add", ".")
    return folder


def git_in(folder: Path, kind: Kind) -> CommandTools | AsyncCommandTools:
    codes = {"VCS_TOOL": {1: Conflict, 129: RequestInvalid}}
    return kind({"VCS_TOOL": "git"}, directory=folder, environment=ENVIRONMENT, exit_codes=codes)


def test_git_sends_a_hotfix(kind: Kind, work: Path, origin: Path) -> None:
    tools = git_in(work, kind)
    ask(tools, "vcs_tool.create_branch", branch=BRANCH)
    receipt = ask(tools, "vcs_tool.commit", message="fix: [SEV-1] give up after 5 seconds")
    ask(tools, "vcs_tool.push", branch=BRANCH)
    assert f"[{BRANCH} ".encode() in receipt.output
    assert git(origin, "log", "-1", "--format=%s", BRANCH) == "fix: [SEV-1] give up after 5 seconds"
    assert git(origin, "show", f"{BRANCH}:checkout.py") == "timeout = 5"


def test_git_says_what_does_not_work(kind: Kind, work: Path) -> None:
    tools = git_in(work, kind)
    ask(tools, "vcs_tool.commit", message="fix: it")
    with pytest.raises(Conflict) as nothing:
        ask(tools, "vcs_tool.commit", message="fix: it again")
    assert b"nothing to commit" in nothing.value.output
    with pytest.raises(ProviderError, match="failed \\(status 128\\)") as taken:
        ask(tools, "vcs_tool.create_branch", branch=git(work, "branch", "--show-current"))
    assert b"already exists" in taken.value.output
    with pytest.raises(Conflict) as unknown:
        ask(tools, "vcs_tool.push", branch="no-such-branch")
    assert b"does not match any" in unknown.value.output


def test_git_does_not_overwrite_what_others_have_sent(kind: Kind, work: Path, origin: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "clone", "-q", str(origin), str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "Of somebody else")
    git(other, "push", "-q", "origin", "HEAD:main")
    git(work, "checkout", "-q", "-B", "main")
    tools = git_in(work, kind)
    ask(tools, "vcs_tool.commit", message="fix: it")
    with pytest.raises(Conflict) as rejected:
        ask(tools, "vcs_tool.push", branch="main")
    assert b"[rejected]" in rejected.value.output
    assert git(origin, "log", "-1", "--format=%s", "main") == "Of somebody else"


def test_tests_that_fail_are_an_answer(kind: Kind, tmp_path: Path) -> None:
    for name, sum_ in (("tests", 5), ("smoke", 4)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"test_{name}.py").write_text(f"def test_sum():\n    assert 2 + 2 == {sum_}\n")
    runner = tmp_path / "runner"
    runner.write_text(RUNNER.format(python=sys.executable))
    runner.chmod(0o755)
    environment = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # what is installed here is no part of that project
    tools = kind({"TEST_RUNNER": "./runner"}, directory=tmp_path, environment=environment, limit=timedelta(minutes=2))
    failed = ask(tools, "test_runner.run")
    passed = ask(tools, "test_runner.run", suite="smoke", environment="production")
    assert (failed.healthy, passed.healthy) == (False, True)
    assert b"1 failed" in failed.output
    assert b"1 passed" in passed.output
