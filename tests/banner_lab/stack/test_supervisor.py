"""Children are started again, given up, and never left behind."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from banner_lab.stack import supervisor
from banner_lab.stack.processes import Command
from banner_lab.stack.supervisor import FAST_FAILURES, FAST_SECONDS, Child, Supervisor

ROOT = Path(__file__).resolve().parents[3]

# A supervisor of its own process: it owns signals and the lives of its children.
DRIVER = """
import signal, sys
from pathlib import Path
from banner_lab.stack import supervisor
from banner_lab.stack.errors import StackError
from banner_lab.stack import supervisor
from banner_lab.stack.processes import Command
from banner_lab.stack.supervisor import Child, Supervisor

supervisor.FIRST_PAUSE = 0.05
folder = Path(sys.argv[1])
children = [
    Child(name, Command((sys.executable, "-c", code)), tier=tier)
    for tier, (name, code) in enumerate(zip(sys.argv[2::2], sys.argv[3::2]))
]
boss = Supervisor(lambda name: folder / f"{name}.log", lambda text: print(text, flush=True))
signal.signal(signal.SIGTERM, boss.ask_to_stop)
try:
    boss.start(children)
    print("started", *(w.process.pid for w in boss.watched.values()), flush=True)
    boss.watch()
except StackError as problem:
    print(problem, flush=True)
finally:
    boss.stop_all()
    print("stopped", flush=True)
"""
SLEEPER = "import time; print('awake', flush=True); time.sleep(60)"
# A child that forks a grandchild, as servers with workers do, and notes its pid.
PARENT = textwrap.dedent(
    """
    import os, signal, subprocess, sys, time
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    signal.signal(signal.SIGTERM, lambda *_: (worker.terminate(), sys.exit(0)))
    print(f"grandchild {worker.pid}", flush=True)
    time.sleep(60)
    """
)

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(**children: str) -> "subprocess.Popen[str]":
        named = [word for pair in children.items() for word in pair]
        process = subprocess.Popen(
            [sys.executable, "-c", DRIVER, str(tmp_path), *named],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def read_pids(boss: "subprocess.Popen[str]") -> list[int]:
    assert boss.stdout is not None
    return [int(word) for word in boss.stdout.readline().split()[1:]]


def is_alive(pid: int) -> bool:
    try:
        # A zombie has ended, though nobody has fetched its exit code yet.
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False


def wait_for(condition: Callable[[], object], *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def noted_pid(log: Path) -> int:
    def note() -> "re.Match[str] | None":
        return re.search(r"grandchild (\d+)\n", log.read_text() if log.exists() else "")

    wait_for(note)
    found = note()
    assert found is not None
    return int(found[1])


def test_killed_child__default__is_started_again(start: Start, tmp_path: Path) -> None:
    boss = start(one=SLEEPER)
    (pid,) = read_pids(boss)
    wait_for(lambda: (tmp_path / "one.log").read_text().count("awake") == 1)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: (tmp_path / "one.log").read_text().count("awake") == 2)
    boss.terminate()
    said, _ = boss.communicate(timeout=10)
    assert "one was ended by SIGKILL; starting it again" in said


def test_killed_child__with_a_worker__takes_the_worker_along(start: Start, tmp_path: Path) -> None:
    boss = start(one=PARENT)
    (pid,) = read_pids(boss)
    worker = noted_pid(tmp_path / "one.log")
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(worker))


def test_failing_child__five_times__stops_all_with_its_last_words(start: Start) -> None:
    boss = start(healthy=SLEEPER, sick="raise SystemExit('no such table')")
    healthy, _ = read_pids(boss)
    said, _ = boss.communicate(timeout=20)
    assert "sick ended with code 1 5 times in a row" in said
    assert said.count("no such table") >= 1
    assert not is_alive(healthy)


def test_failing_child__that_once_lasted__is_tried_again_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "TICK_SECONDS", 0.0)
    now, said = [0.0], list[str]()
    boss = Supervisor(lambda name: tmp_path / f"{name}.log", said.append, clock=lambda: now[0])
    boss.start([Child("one", Command(("false",)))])
    now[0] += FAST_SECONDS
    for _ in range(2 * FAST_FAILURES):
        boss.watched["one"].process.wait(10)
        boss.tick()
        again = boss.watched["one"].again_at
        assert again is not None
        now[0] = again
        boss.tick()
    boss.stop_all()
    assert len(said) == 2 * FAST_FAILURES
    assert said[-1] == "one ended with code 1; starting it again in 32 s"


def test_stop__asked__is_in_reverse_order(start: Start, tmp_path: Path) -> None:
    farewell = textwrap.dedent(
        """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(time.monotonic(), flush=True)))
        print("awake", flush=True)
        time.sleep(60)
        """
    )
    boss = start(first=farewell, second=farewell)
    read_pids(boss)
    logs = [tmp_path / "first.log", tmp_path / "second.log"]
    wait_for(lambda: all("awake" in log.read_text() for log in logs))
    boss.terminate()
    said, _ = boss.communicate(timeout=10)
    first, second = (float(log.read_text().split()[-1]) for log in logs)
    assert second < first
    assert said.endswith("stopped\n")


def test_supervisor__kill_9__leaves_no_process(start: Start, tmp_path: Path) -> None:
    boss = start(one=SLEEPER, two=PARENT)
    pids = [*read_pids(boss), noted_pid(tmp_path / "two.log")]
    assert all(map(is_alive, pids))
    boss.kill()
    wait_for(lambda: not any(map(is_alive, pids)))
