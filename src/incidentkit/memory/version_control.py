"""The reference version control: branches of commits in which nothing is kept but their messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from incidentkit.errors import AlreadyExists, Conflict, Misconfigured, ProviderError, each_of, expect, shown
from incidentkit.memory.tool import MemoryTool
from incidentkit.providers.answer import Receipt
from incidentkit.providers.version_control import Commit, CreateBranch, Push


class MemoryVersionControl(MemoryTool):
    """A `VersionControl` that keeps its branches. Somebody who edits says so by ``edited = True``.

    The ``remotes`` are what others have sent: the messages of the commits by branch, by remote. Without them there is
    an empty ``origin``.
    """

    name: ClassVar[str] = "version-control"

    def __init__(
        self,
        *,
        branch: str = "main",
        remotes: Mapping[str, Mapping[str, Iterable[str]]] | None = None,
        edited: bool = True,
        fault: ProviderError | None = None,
    ) -> None:
        super().__init__(fault=fault)
        self.edited = edited
        """Whether anything was changed since the last commit."""
        self._branch = branch
        self._branches: dict[str, tuple[str, ...]] = {branch: ()}
        given = expect(Mapping, {"origin": {}} if remotes is None else remotes, Misconfigured, _REMOTES)
        self._remotes = {remote: _branches(there) for remote, there in given.items()}

    @property
    def branch(self) -> str:
        """The branch where one is."""
        with self._lock:
            return self._branch

    @property
    def branches(self) -> dict[str, tuple[str, ...]]:
        """The messages of the commits of each branch, the oldest first."""
        with self._lock:
            return {**self._branches}

    def pushed(self, remote: str = "origin") -> dict[str, tuple[str, ...]]:
        """The same, as others have them."""
        with self._lock:
            return {**self._remotes[remote]}

    def create_branch(self, request: CreateBranch, /) -> Receipt:
        """Begin a branch and go there, unless the key did so before."""
        return self._change(request, lambda: self._begin(request.branch))

    def commit(self, request: Commit, /) -> Receipt:
        """Add a commit to the branch, unless the key did so before."""
        return self._change(request, lambda: self._commit(request.message))

    def push(self, request: Push, /) -> Receipt:
        """Give others the branch, unless the key did so before."""
        return self._change(request, lambda: self._push(request.remote, request.branch))

    def _begin(self, branch: str) -> Receipt:
        if branch in self._branches:
            problem = f"a branch is called {shown(branch)} already: go on there, or take another name"
            raise AlreadyExists(problem, provider=self.name, operation="create_branch")
        self._branches[branch] = self._branches[self._branch]
        self._branch = branch
        return Receipt(reference=branch)

    def _commit(self, message: str) -> Receipt:
        if not self.edited:
            raise Conflict("nothing was changed since the last commit", provider=self.name, operation="commit")
        self.edited = False
        commits = self._branches[self._branch] = (*self._branches[self._branch], message)
        return Receipt(reference=f"{self._branch}~{len(commits)}")

    def _push(self, remote: str, branch: str) -> Receipt:
        self._find("remote", remote, self._remotes, "push")
        self._find("branch", branch, self._branches, "push")
        commits, there = self._branches[branch], self._remotes[remote].get(branch, ())
        if commits[: len(there)] != there:
            problem = f"{remote} has commits of {shown(branch)} that are not here: bring them over first"
            raise Conflict(problem, provider=self.name, operation="push")
        self._remotes[remote][branch] = commits
        return Receipt(reference=f"{remote}/{branch}")


_REMOTES: Final = "remotes are messages of commits, as in {'origin': {'main': ['fix: it']}}"


def _branches(there: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    given = expect(Mapping, there, Misconfigured, _REMOTES)
    return {branch: each_of(str, messages, Misconfigured, _REMOTES) for branch, messages in given.items()}
