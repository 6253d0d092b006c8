"""Running a program to its end, whatever it does: within a time, in bounded memory, with all that it starts.

A course is written once, as a generator that yields what to wait for. `run` drives it in the calling thread, and
`incidentkit.adapters.async_process` in an event loop.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self, TypeAlias

from attrs import define, field, frozen

from incidentkit.adapters.interruption import held_back
from incidentkit.adapters.transcript import Transcript

GRACE: Final = timedelta(seconds=2)
"""How long a program and what it started may take to end after SIGTERM, before SIGKILL."""

LINGER: Final = timedelta(seconds=0.5)
"""How long what a program left behind may go on printing after its end."""

_DEATH: Final = timedelta(seconds=1)
"""How long to wait for the end after SIGKILL; what hangs in the kernel by then is left to it."""

_CHUNK: Final = 64 * 1024
"""Bytes to read at once: as many as a pipe holds on Linux."""

_MOST_LEFT: Final = 1024 * 1024
"""Bytes that are read of what is in a pipe when the group has ended: as many as a pipe can be made to hold."""

_TURNS: Final = (0.001, 0.05)
"""Seconds after which to look again whether a program has ended: at first, and at the most."""


@frozen(kw_only=True)
class Command:
    """A program to run, with its arguments. There is no shell, so nothing in them has a meaning but to the program."""

    words: tuple[str, ...]
    """The program, by its path or as it is found in the PATH of the environment, and its arguments."""
    environment: Mapping[str, str] = field(repr=False)
    directory: Path | None = None
    """Where it runs; `None` for where this program does."""
    limit: timedelta
    """How long it may run, before it is ended with all that it started."""
    grace: timedelta = GRACE


@frozen
class Exited:
    """It ended by itself."""

    code: int


@frozen
class Killed:
    """A signal ended it, which was not ours."""

    signal: int


@frozen
class Overran:
    """It ran for longer than it may, and was ended."""

    limit: timedelta


@frozen
class Lost:
    """It has ended, and somebody else in this program has taken how: who waits for any child, or ignores SIGCHLD."""


@frozen
class NotBegun:
    """It never ran, and did nothing."""

    reason: OSError | UnicodeEncodeError
    """Why: there is no such program, it may not be executed, or its words cannot be written in a command line."""


Ending: TypeAlias = Exited | Killed | Overran | Lost | NotBegun
"""How a program ended."""


@frozen(kw_only=True)
class Run:
    """A program that has ended."""

    ending: Ending
    output: bytes = field(repr=False)
    """What it printed, on both of its outputs, in the order in which it was read; with a gap if it was long."""
    answer: bytes | None = field(repr=False)
    """What it printed on its standard output alone; `None` if that was too much to be kept whole."""


@frozen
class Listen:
    """Wait until one of these files can be read or is closed, or so many seconds; go on with those that can or are."""

    files: tuple[int, ...]
    seconds: float


Listening: TypeAlias = Generator[Listen, tuple[int, ...], bool]
Course: TypeAlias = Generator[Listen, tuple[int, ...], Run]
"""A program that runs. What is thrown into it comes out when the program has ended, the second time at once."""


def run(command: Command) -> Run:
    """Run a program in the calling thread.

    What interrupts the thread, such as `KeyboardInterrupt`, ends the program first; another one kills it at once.
    """
    with closing(course(command)) as steps:
        turn = onward(partial(next, steps))
        while isinstance(turn, Listen):
            try:
                ready = _heard(turn)
            except BaseException as error:  # noqa: BLE001  # it comes out of the course again
                turn = onward(partial(steps.throw, error))
            else:
                turn = onward(partial(steps.send, ready))
        return turn


def onward(resume: Callable[[], Listen]) -> Listen | Run:
    """Go on with a course up to where it waits, or to its end."""
    try:
        return resume()
    except StopIteration as stop:
        ended: Run = stop.value
        return ended


def _heard(listen: Listen) -> tuple[int, ...]:
    poll = select.poll()
    for file in listen.files:
        poll.register(file, select.POLLIN)
    return tuple(file for file, _ in poll.poll(listen.seconds * 1_000))


def course(command: Command) -> Course:
    """Begin a program, and follow it to its end.

    It is the first of a group and a session of its own, and reads nothing. Once it has ended, or has run for too long,
    the group is ended: with SIGTERM, and after the grace with SIGKILL. What has left the group by then, as a daemon
    does, goes on.
    """
    with held_back() as let_go:  # who is interrupted while it begins does not know yet whom to end
        try:
            process = _Process.begun(command)
        except (OSError, UnicodeEncodeError) as error:
            return Run(ending=NotBegun(error), output=b"", answer=b"")
        try:
            return (yield from _followed(process, command, let_go))
        finally:
            process.abandon()


def _followed(process: _Process, command: Command, let_go: Callable[[], None]) -> Course:
    """The steps of a program that has begun."""
    try:
        let_go()
        in_time = yield from process.listen(command.limit, process.has_ended)
        if in_time:
            yield from process.listen(LINGER, lambda: not process.files)
    except GeneratorExit:
        raise
    except BaseException:
        yield from process.end(command.grace)
        raise
    yield from process.end(command.grace)
    ending = process.ending if in_time and process.ending is not None else Overran(command.limit)
    answer = process.answer.kept() if process.answer.whole else None
    return Run(ending=ending, output=process.output.kept(), answer=answer)


@define
class _Process:
    """A program that has begun, and the group of what it started."""

    popen: subprocess.Popen[bytes]
    answers: int
    """The file that its standard output is read from."""
    files: set[int]
    """The files that it, or what it started, may still write to."""
    output: Transcript = field(factory=Transcript, init=False)
    answer: Transcript = field(factory=Transcript, init=False)
    ending: Exited | Killed | Lost | None = field(default=None, init=False)
    """How the program itself ended, once it has."""
    gone: bool = field(default=False, init=False)
    """Whether nobody who could do anything is left in the group. Its number may be that of another from then on."""

    @classmethod
    def begun(cls, command: Command) -> Self:
        """Begin a program; raises `OSError` or `UnicodeEncodeError` if that is not possible."""
        popen = subprocess.Popen(
            command.words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=command.directory,
            env=command.environment,
            start_new_session=True,
        )
        assert popen.stdout is not None and popen.stderr is not None
        answers, files = popen.stdout.fileno(), {popen.stdout.fileno(), popen.stderr.fileno()}
        for file in files:
            os.set_blocking(file, False)
        return cls(popen, answers=answers, files=files)

    def listen(self, length: timedelta, done: Callable[[], bool]) -> Listening:
        """Read what is printed until that is done, for so long at the most; whether it was done."""
        end = time.monotonic() + length.total_seconds()
        turn, longest = _TURNS
        while not done():
            left = end - time.monotonic()
            if left <= 0:
                return False
            ready = yield Listen(tuple(self.files), min(left, turn))
            turn = min(2 * turn, longest)
            for file in ready:
                self._read(file)
        return True

    def _read(self, file: int) -> bool:
        """Read what is there; whether there was anything."""
        try:
            chunk = os.read(file, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            self.files.remove(file)
            return False
        self.output.add(chunk)
        if file == self.answers:
            self.answer.add(chunk)
        return True

    def has_ended(self) -> bool:
        """Whether the program itself has ended."""
        if self.ending is None:
            self.ending = _ending_of(self.popen)
        return self.ending is not None

    def end(self, grace: timedelta) -> Generator[Listen, tuple[int, ...]]:
        """End the group.

        An orphan that has ended is in it until somebody takes note of that. What is first in some containers never
        does; so the grace is waited for then, and after SIGKILL only the program itself is.
        """
        self._signal(signal.SIGTERM)
        if not (yield from self.listen(grace, self._is_gone)):
            self._signal(signal.SIGKILL)
            yield from self.listen(_DEATH, self.has_ended)
            self.popen.poll()
            self.gone = self.ending is not None
        for file in tuple(self.files):
            self._drain(file)

    def _drain(self, file: int) -> None:
        """Read what was printed last; of somebody who has left the group and goes on printing, not more than that."""
        for _ in range(_MOST_LEFT // _CHUNK):
            if not self._read(file):
                return

    def _is_gone(self) -> bool:
        """Whether nobody is left in the group."""
        if not self.gone and self.has_ended():
            self.popen.poll()
            self._bury()
            self.gone = not self._signal(0)
        return self.gone

    def _bury(self) -> None:
        """Take note of the ends of orphans in the group, if they are ours, as in a container."""
        with suppress(ChildProcessError):
            while os.waitpid(-self.popen.pid, os.WNOHANG) != (0, 0):
                pass

    def _signal(self, number: int) -> bool:
        """Send a signal to the group, 0 for none; whether there was anybody who could be sent one."""
        try:
            os.killpg(self.popen.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def abandon(self) -> None:
        """Give back what is held. If the group was not ended, because nobody waits for that, kill it."""
        if not self.gone:
            self._signal(signal.SIGKILL)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(_DEATH.total_seconds())
        for pipe in (self.popen.stdout, self.popen.stderr):
            if pipe is not None:
                pipe.close()


def _ending_of(popen: subprocess.Popen[bytes]) -> Exited | Killed | Lost | None:
    """How a program ended; `None` if it has not.

    `subprocess` is not asked: it says that a program succeeded when somebody else has taken how it ended. The program
    is left to be waited for, where that is possible, because until then no other group gets its number.
    """
    try:
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return _taken_ending_of(popen)
        ended = os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return Lost()
    if ended is None:
        return None
    return Exited(ended.si_status) if ended.si_code == os.CLD_EXITED else Killed(ended.si_status)


def _taken_ending_of(popen: subprocess.Popen[bytes]) -> Exited | Killed | None:
    """The same, and the program is waited for."""
    pid, status = os.waitpid(popen.pid, os.WNOHANG)
    if not pid:
        return None
    popen.returncode = os.waitstatus_to_exitcode(status)
    return Exited(popen.returncode) if popen.returncode >= 0 else Killed(-popen.returncode)
