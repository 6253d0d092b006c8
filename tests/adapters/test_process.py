"""Programs that are run: all the ways in which they end, or do not, and what is kept of what they print."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Final, TypeAlias

import pytest

from incidentkit.adapters import async_process, process
from incidentkit.adapters.process import Command, Ending, Exited, Killed, Lost, NotBegun, Overran, Run
from incidentkit.adapters.transcript import HEAD, TAIL

Runner: TypeAlias = Callable[[Command], Run]

SOON: Final = timedelta(seconds=1)
"""Long enough for a program to begin and say so, also where others need the machine."""

BRIEF: Final = timedelta(seconds=0.3)
LONG: Final = timedelta(seconds=60)

STUBBORN: Final = "trap '' TERM; echo deaf; while :; do sleep 0.05; done"
"""A program that does not hear SIGTERM."""


def in_a_loop(command: Command) -> Run:
    return asyncio.run(async_process.run(command))


@pytest.fixture(params=(process.run, in_a_loop), ids=("in a thread", "in a loop"))
def run(request: pytest.FixtureRequest) -> Runner:
    runner: Runner = request.param
    return runner


def shell(text: str, *, limit: timedelta = LONG, grace: timedelta = BRIEF, directory: Path | None = None) -> Command:
    """A program that a shell reads; the shell is what is run, and none of ours."""
    return program("sh", "-c", text, limit=limit, grace=grace, directory=directory)


def program(*words: str, limit: timedelta = LONG, grace: timedelta = BRIEF, directory: Path | None = None) -> Command:
    return Command(words=words, environment=os.environ, limit=limit, grace=grace, directory=directory)


def is_alive(pid: int) -> bool:
    """Whether it runs; one that has ended is there until somebody takes note of it, and does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_until(fact: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def pid_in(file: Path) -> int:
    """The number that a program wrote there, once it has."""
    assert wait_until(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("exit 0", Exited(0)),
        ("exit 3", Exited(3)),
        ("exit 255", Exited(255)),
        ("kill -SEGV $$", Killed(signal.SIGSEGV)),
        ("kill -KILL $$", Killed(signal.SIGKILL)),
    ],
)
def test_run_says_how_a_program_ended(run: Runner, text: str, ending: Ending) -> None:
    assert run(shell(text)).ending == ending


def test_run_keeps_both_outputs_and_the_standard_one_apart(run: Runner) -> None:
    done = run(shell("echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three"))
    assert done.output == b"one\ntwo\nthree\n"
    assert done.answer == b"one\nthree\n"


def test_a_program_reads_nothing_and_gets_its_words_as_they_are(run: Runner) -> None:
    words = ("-c", "import sys; print(sys.stdin.read(), sys.argv[1:])", "$HOME", "a b", "*", "", "; true", "über\n")
    done = run(program(sys.executable, *words))
    assert done.output.decode() == f" {[*words[2:]]}\n"


def test_a_program_runs_where_it_is_told(run: Runner, tmp_path: Path) -> None:
    assert run(shell("pwd", directory=tmp_path)).output.decode().strip() == str(tmp_path)


def test_a_program_that_is_not_there_cannot_be_begun(run: Runner, tmp_path: Path) -> None:
    for what, reason in ((tmp_path / "nothing", FileNotFoundError), (tmp_path, PermissionError)):
        done = run(program(str(what)))
        assert isinstance(done.ending, NotBegun)
        assert isinstance(done.ending.reason, reason)
        assert done.output == done.answer == b""


def test_output_that_is_no_text_is_kept_as_it_is(run: Runner) -> None:
    assert run(shell(r"printf '\377\000\303\050'")).output == b"\xff\x00\xc3("


@pytest.mark.parametrize("surplus", [0, 1, TAIL, 3 * TAIL + 17])
def test_long_output_is_kept_at_both_ends(run: Runner, surplus: int) -> None:
    size = HEAD + TAIL + surplus
    write = f"import sys; sys.stdout.buffer.write(bytes(i % 251 for i in range({size})))"
    done = run(program(sys.executable, "-c", write))
    whole = bytes(each % 251 for each in range(size))
    gap = f"\n[{surplus} bytes left out]\n".encode() if surplus else b""
    assert done.output == whole[:HEAD] + gap + whole[-TAIL:]
    assert done.answer == (None if surplus else whole)


def test_output_without_end_takes_no_more_memory_than_a_short_one(run: Runner) -> None:
    report = (
        "import asyncio, os, resource, sys; from datetime import timedelta;"
        "from incidentkit.adapters import async_process, process;"
        "used = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss;"
        "command = lambda size: process.Command(words=('head', '-c', size, '/dev/zero'), environment=os.environ,"
        " limit=timedelta(minutes=5));"
        f"run = {'process.run' if run is process.run else 'lambda each: asyncio.run(async_process.run(each))'};"
        "run(command('1M')); before = used(); done = run(command('512M')); print(used() - before, done.ending.code)"
    )
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    grown, code = map(int, done.stdout.split())
    assert code == 0
    assert grown < 4 * 1024  # KiB, of half a GiB that was printed


def test_a_program_that_takes_too_long_is_ended(run: Runner) -> None:
    began = time.monotonic()
    done = run(shell("echo begun; exec sleep 100", limit=SOON))
    assert done.ending == Overran(SOON)
    assert done.output == b"begun\n"
    assert time.monotonic() - began < 10


def test_a_program_may_say_something_when_it_is_ended(run: Runner) -> None:
    done = run(shell("trap 'echo stopped; exit 0' TERM; while :; do sleep 0.05; done", limit=SOON, grace=LONG))
    assert done.ending == Overran(SOON)  # whatever it says itself: it was not done
    assert done.answer == b"stopped\n"


def test_a_program_that_ignores_sigterm_is_killed_after_the_grace(run: Runner) -> None:
    began = time.monotonic()
    done = run(shell(STUBBORN, limit=SOON, grace=BRIEF))
    assert done.ending == Overran(SOON)
    assert done.output == b"deaf\n"
    assert 1.3 <= time.monotonic() - began < 10


def test_children_of_a_program_that_takes_too_long_are_ended_with_it(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    done = run(shell(f"sh -c 'echo $$ >{file}; {STUBBORN}' & sleep 100", limit=SOON))
    assert done.ending == Overran(SOON)
    assert wait_until(lambda: not is_alive(pid_in(file)))


def test_an_answer_does_not_wait_for_what_a_program_leaves_behind(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    began = time.monotonic()
    done = run(shell(f"sh -c 'echo $$ >{file}; exec sleep 100' & while ! test -s {file}; do :; done; echo done"))
    assert done.ending == Exited(0)
    assert done.output == b"done\n"
    assert time.monotonic() - began < 10
    assert wait_until(lambda: not is_alive(pid_in(file)))


def test_what_is_left_behind_and_prints_nothing_is_ended_too(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    quiet = f"sh -c 'echo $$ >{file}; exec sleep 100' >/dev/null 2>&1 &"
    assert run(shell(f"{quiet} while ! test -s {file}; do :; done")).ending == Exited(0)
    assert wait_until(lambda: not is_alive(pid_in(file)))


def test_what_is_left_behind_may_print_what_it_still_has(run: Runner) -> None:
    assert run(shell("(sleep 0.2; echo late) & echo first")).output == b"first\nlate\n"


def test_what_leaves_the_group_goes_on_and_holds_nothing_up(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    leave = f"setsid sh -c 'echo $$ >{file}; exec sleep 100' &"
    began = time.monotonic()
    done = run(shell(f"{leave} while ! test -s {file}; do :; done; echo done"))
    assert (done.ending, done.output) == (Exited(0), b"done\n")
    assert time.monotonic() - began < 10
    assert is_alive(pid_in(file))
    os.kill(pid_in(file), signal.SIGKILL)


def test_what_leaves_the_group_and_never_stops_printing_holds_nothing_up(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    done = run(shell(f"setsid sh -c 'echo $$ >{file}; exec yes' & while ! test -s {file}; do :; done; exit 4"))
    assert done.ending == Exited(4)
    assert wait_until(lambda: not is_alive(pid_in(file)))  # its pipe is closed


def test_a_program_that_closes_its_outputs_early_is_waited_for(run: Runner) -> None:
    assert run(shell("exec >&- 2>&-; sleep 0.3; exit 3")).ending == Exited(3)


def test_a_stopped_program_is_ended_too(run: Runner) -> None:
    assert run(shell("kill -STOP $$", limit=SOON)).ending == Overran(SOON)


def test_a_program_whose_end_somebody_else_has_seen_is_lost_and_no_success(run: Runner) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert run(shell("exit 3")).ending == Lost()
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.parametrize(("text", "ending"), [("exit 3", Exited(3)), ("kill -SEGV $$", Killed(signal.SIGSEGV))])
def test_a_system_without_waitid_is_told_the_same(
    run: Runner, text: str, ending: Ending, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "waitid")  # as on macOS, before Python 3.13
    assert run(shell(text)).ending == ending
    assert run(shell("exec sleep 100", limit=SOON)).ending == Overran(SOON)


def test_no_file_and_no_child_is_left(run: Runner) -> None:
    def open_files() -> set[str]:
        return {*os.listdir("/proc/self/fd")}

    def children() -> set[str]:
        """Those of this process; other tests may have left some that go on, such as one that tracks resources."""
        found: set[str] = set()
        for each in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                *_, state_and_parent = each.read_text().rpartition(")")
                if state_and_parent.split()[1] == str(os.getpid()):
                    found.add(each.parent.name)
        return found

    run(shell("exit 0"))
    before, around = open_files(), children()
    for text in ("exit 0", "exit 1", "exec sleep 100", "sleep 100 &"):
        run(shell(text, limit=SOON))
    assert open_files() == before
    assert children() <= around


def test_orphans_of_the_first_program_of_a_container_are_taken_note_of(run: Runner) -> None:
    """A program that has no other one above itself gets the orphans of its tools; it is made such a one here."""
    kind = "process.run" if run is process.run else "in_a_loop"
    report = (
        "import ctypes, os, sys; assert not ctypes.CDLL(None).prctl(36, 1, 0, 0, 0);"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r});"
        f"from test_process import process, in_a_loop, shell; {kind}(shell('sleep 100 & exit 0'));"
        "\ntry: os.waitpid(-1, os.WNOHANG)\nexcept ChildProcessError: print('none')"
    )
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    assert done.stdout == "none\n"


def interrupted(process_of_ours: subprocess.Popen[bytes], file: Path, times: int) -> None:
    pid_in(file)
    for _ in range(times):
        process_of_ours.send_signal(signal.SIGINT)
        time.sleep(0.3)


@pytest.mark.parametrize("kind", ["process.run", "in_a_loop"])
@pytest.mark.parametrize(("text", "times"), [("exec sleep 100", 1), (STUBBORN, 2)])
def test_an_interrupted_program_ends_what_it_runs(kind: str, text: str, times: int, tmp_path: Path) -> None:
    file = tmp_path / "pid"
    call = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_process import *;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # whoever runs the tests may have them ignore it
        f"{kind}(shell({f'echo $$ >{file}; {text}'!r}, grace=LONG))"
    )
    ours = subprocess.Popen([sys.executable, "-c", call], stderr=subprocess.PIPE, start_new_session=True)
    interrupting = Thread(target=interrupted, args=(ours, file, times))
    interrupting.start()
    _, problem = ours.communicate(timeout=30)
    interrupting.join()
    assert b"KeyboardInterrupt" in problem
    assert wait_until(lambda: not is_alive(pid_in(file)))


@pytest.mark.parametrize("kind", ["process.run", "in_a_loop"])
@pytest.mark.parametrize(("first", "wrote"), [(":", "quiet\n"), ("trap '' PIPE", "quiet\nloud\n")])
def test_when_ours_is_killed_a_program_goes_on_until_it_prints(
    kind: str, first: str, wrote: str, tmp_path: Path
) -> None:
    """Or even then, if it ignores the signal for that."""
    file, killed, work = tmp_path / "pid", tmp_path / "killed", tmp_path / "work"
    waiting = f"echo $$ >{file}; until [ -e {killed} ]; do sleep 0.01; done"
    call = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_process import *;"
        f"{kind}(shell({f'{first}; {waiting}; echo quiet >>{work}; echo to nobody; echo loud >>{work}'!r}))"
    )
    with subprocess.Popen([sys.executable, "-c", call]) as ours:
        pid = pid_in(file)
        ours.kill()
    assert is_alive(pid)
    killed.touch()
    assert wait_until(lambda: not is_alive(pid))
    assert work.read_text() == wrote


@pytest.fixture
def interruptible() -> Generator[None]:
    """Be interrupted by SIGINT, though whoever runs the tests may have them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_who_is_interrupted_while_a_program_begins_ends_it_too(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    begin: Any = subprocess.Popen
    begun, before = list[int](), signal.getsignal(signal.SIGINT)

    def interrupted_begin(*args: Any, **options: Any) -> Any:
        popen = begin(*args, **options)
        begun.append(popen.pid)
        signal.raise_signal(signal.SIGINT)
        return popen

    monkeypatch.setattr(subprocess, "Popen", interrupted_begin)
    with pytest.raises(KeyboardInterrupt):
        run(shell("exec sleep 100"))
    (pid,) = begun
    assert not is_alive(pid)
    assert signal.getsignal(signal.SIGINT) is before


async def begun(command: Command, file: Path) -> asyncio.Task[Run]:
    task = asyncio.create_task(async_process.run(command))
    while not file.exists() or not file.read_text().endswith("\n"):
        await asyncio.sleep(0.01)
    return task


def test_whoever_is_cancelled_ends_the_program_first(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    async def cancel() -> None:
        command = shell(
            f"trap 'sleep 0.1; echo over >>{file}; exit' TERM; echo $$ >{file}; while :; do sleep 0.05; done",
            grace=LONG,
        )
        task = await begun(command, file)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        pid, over = file.read_text().split()
        assert over == "over"
        assert not is_alive(int(pid))

    asyncio.run(cancel())


def test_whoever_is_cancelled_again_kills_it_at_once(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    async def cancel() -> None:
        task = await begun(shell(f"echo $$ >{file}; {STUBBORN}", grace=LONG), file)
        task.cancel()
        await asyncio.sleep(0.2)
        assert is_alive(pid_in(file))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not is_alive(pid_in(file))

    asyncio.run(cancel())


def test_a_loop_that_is_closed_leaves_no_program_behind(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    async def begin() -> None:
        await begun(shell(f"echo $$ >{file}; {STUBBORN}"), file)

    asyncio.run(begin())
    assert wait_until(lambda: not is_alive(pid_in(file)))


def test_programs_run_beside_each_other_and_the_loop_goes_on() -> None:
    async def several() -> tuple[int, list[Run]]:
        turns = 0

        async def tick() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        done = await asyncio.gather(*(async_process.run(shell(f"sleep 0.5; exit {each}")) for each in range(10)))
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        return turns, done

    began = time.monotonic()
    turns, done = asyncio.run(several())
    assert [each.ending for each in done] == [Exited(each) for each in range(10)]
    assert time.monotonic() - began < 4  # and not ten times 0.5 s
    assert turns > 10


def test_programs_run_beside_each_other_in_threads() -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(10) as threads:
        done = [*threads.map(process.run, (shell(f"sleep 0.5; exit {each}") for each in range(10)))]
    assert [each.ending for each in done] == [Exited(each) for each in range(10)]
    assert time.monotonic() - began < 4


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    """Whatever a test leaves running in the loop or in pipes shows as a warning, which is an error here."""
    yield
    gc.collect()
