"""The child that decodes: what it may use, how it ends, and what its parent notices of it."""

import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from creatives import decoding, refusals
from creatives.decoding import child, limits, parent
from creatives.decoding.parent import Lost, Zygote
from creatives.decoding.protocol import Ask, Refusal, Target
from engine.errors import TooLarge, Unavailable
from tests.creatives.hostile_bytes import a, scans_without_end
from tests.factories import a_picture

pytestmark = pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks at /proc")
LINUX = sys.platform == "linux"


@pytest.fixture
def zygote(monkeypatch):
    """One of our own, so that it may be ill-treated."""
    made = Zygote()
    monkeypatch.setattr(parent, "_zygote", made)
    yield made
    made.stop()


def _decode(data: bytes = b"", decoder: str = "PNG"):
    return decoding.decode(data or a("PNG"), decoder=decoder, film=False)


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in path.read_text().split()] if path.exists() else []


def _grandchild(zygote: Zygote) -> int:
    """The child that works at the moment, once it has begun."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = _children(zygote.process.pid) if zygote.process else []
        if found and _seconds(found[0]) > 0.2:
            return found[0]
        time.sleep(0.02)
    pytest.fail("no child began to decode")


def _busy() -> tuple[threading.Thread, list[Refusal]]:
    """A thread that waits for a child with a long task, and how it was refused."""
    caught: list[Refusal] = []

    def work() -> None:
        try:
            _decode(scans_without_end(), "JPEG")
        except Refusal as refusal:
            caught.append(refusal)

    thread = threading.Thread(target=work)
    thread.start()
    return thread, caught


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) / os.sysconf("SC_CLK_TCK")


def test_decode__second_file__same_zygote(zygote):
    _decode()
    first = zygote.process.pid
    _decode()
    assert zygote.process.pid == first


def test_zygote__what_it_knows__no_django_and_no_secrets(zygote, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "SECRET-WORDS")
    _decode()
    process = Path(f"/proc/{zygote.process.pid}")
    assert b"SECRET-WORDS" not in (process / "environ").read_bytes()
    assert b"psycopg" not in (process / "maps").read_bytes()
    assert b"/av/" not in (process / "maps").read_bytes()
    open_ones = [str(fd.readlink()) for fd in (process / "fd").iterdir()]
    assert (
        sum(name.startswith("socket:") for name in open_ones) == 3
    )  # to us, and a bell's two ends


def test_decode__zygote_killed__replaced_without_a_word(zygote):
    _decode()
    first = zygote.process.pid
    os.kill(first, signal.SIGKILL)
    assert _decode().width == 120
    assert zygote.process.pid != first


def test_decode__no_zygote_to_be_had__says_so(zygote, monkeypatch):
    monkeypatch.setattr(parent, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(Lost) as caught:
        _decode()
    error = refusals.error(caught.value)
    assert isinstance(error, Unavailable)
    assert "Try again" in str(error.hint)


def test_decode__all_parents_threads_at_once__each_gets_its_own_answer(zygote):
    sizes = [(30 + n, 20) for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda size: _decode(a_picture(*size)), sizes))
    assert [(one.width, one.height) for one in made] == sizes


def test_decode__after_a_fork__younger_process_has_a_zygote_of_its_own(zygote):
    _decode()
    pid = os.fork()
    if pid == 0:
        fine = parent._zygote.process is None and _decode().width == 120
        parent._zygote.stop()
        os._exit(0 if fine else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert _decode().width == 120


def test_zygote__parent_gone__gone_as_well(zygote):
    _decode()
    process = zygote.process
    zygote.control.close()
    assert process.wait(5) == 0
    zygote.control = None


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGSEGV, "broken"), (signal.SIGKILL, "memory"), (signal.SIGALRM, "time")],
)
def test_decode__child_ended_by_a_signal__a_refusal_and_never_an_accident(zygote, number, code):
    thread, caught = _busy()
    os.kill(_grandchild(zygote), number)
    thread.join(60)
    assert [refusal.code for refusal in caught] == [code]
    assert len(str(refusals.error(caught[0]))) > 10
    assert _decode().width == 120


@pytest.mark.skipif(not LINUX, reason="macOS does not limit address space")
def test_decode__more_memory_than_a_child_may_have__refused(zygote):
    target = Target(14_000, 14_000, (0, 0, 120, 80))
    with pytest.raises(Refusal) as caught:
        decoding.cut(a("PNG"), decoder="PNG", target=target)
    assert caught.value.code == "memory"
    assert isinstance(refusals.error(caught.value), TooLarge)


def test_child__limits__nothing_can_be_opened_or_written(zygote):
    thread, _caught = _busy()
    pid = _grandchild(zygote)
    told = Path(f"/proc/{pid}/limits").read_text()
    descriptors = list(Path(f"/proc/{pid}/fd").iterdir())
    os.kill(pid, signal.SIGKILL)
    thread.join(60)
    found = {line[:25].strip(): line[26:].split()[0] for line in told.splitlines()[1:]}
    assert found["Max open files"] == str(child.DESCRIPTORS)
    assert found["Max file size"] == "0"
    assert found["Max address space"] == str(limits.MEMORY)
    assert found["Max cpu time"] == str(limits.CPU_SECONDS)
    assert len(descriptors) == child.DESCRIPTORS


def test_ask__many_files__no_descriptor_and_no_process_stays(zygote):
    _decode()
    before = _descriptors()
    for _ in range(20):
        parent.ask(Ask("picture", "PNG", a("PNG")))
        parent.ask(Ask("picture", "PNG", b"nonsense"))
    assert _descriptors() == before
    assert _children(zygote.process.pid) == []


def test_ask__bomb_that_reaches_the_child__costs_its_parent_nothing(zygote):
    _decode()
    before = _resident()
    outcome = parent.ask(Ask("picture", "JPEG", a_picture(4200, 4000, fmt="JPEG")))
    assert outcome.peak_bytes < 300 << 20
    assert _resident() - before < 16 << 20


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
