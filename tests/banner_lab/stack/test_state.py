"""One supervisor at a time owns the state folder, and its secrets are its own."""

import os
from pathlib import Path

import pytest

from banner_lab.stack.errors import AlreadyRunning
from banner_lab.stack.settings import Settings
from banner_lab.stack.state import State
from delivery.config import read_file


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "var 状态")
    made.prepare()
    return made


def test_take__second_time__says_where_it_runs(state: State) -> None:
    lock = state.take()
    state.write_report({"pid": os.getpid(), "web": "http://127.0.0.1:8123"})
    with pytest.raises(AlreadyRunning, match=r"already running at http://127\.0\.0\.1:8123"):
        state.take()
    assert state.is_running()
    os.close(lock)
    assert not state.is_running()


def test_take__after_a_kill__waits_for_the_servers_to_let_go(state: State) -> None:
    # The note names a process that has gone; its database still holds the lock for a moment.
    lock = state.take()
    gone = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(gone, 0)
    state.write_report({"pid": gone})
    if os.fork() == 0:
        os.execlp("true", "true")  # closes the inherited descriptor
    os.wait()
    os.close(lock)
    os.close(state.take())


def test_secret__second_time__is_the_same_and_private(state: State) -> None:
    first = state.secret("secret_key")
    assert state.secret("secret_key", "another") == first
    file = state.secrets / "secret_key"
    assert file.stat().st_mode & 0o077 == 0
    assert state.folder.stat().st_mode & 0o077 == 0


def test_report__torn_file__is_empty(state: State) -> None:
    state.report.write_text('{"pid": 1')
    assert state.read_report() == {}


def test_rotate_logs__large_log_in_use__is_set_aside_and_goes_on(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("banner_lab.stack.state.LARGE_LOG", 10)
    with state.log("web").open("ab") as writer:
        writer.write(b"a long line of words\n")
        writer.flush()
        state.rotate_logs()
        writer.write(b"later\n")
    assert state.log("web").read_bytes() == b"later\n"
    assert state.log("web").with_suffix(".log.1").read_bytes() == b"a long line of words\n"


def test_environment_file__path_with_spaces__is_read_back_as_written(state: State) -> None:
    settings = Settings({}, {"LAB_STATE": str(state.folder), "SECRET_KEY": "a-b_c"})
    settings.write(state)
    assert read_file(state.environment_file) == settings.made
    assert state.environment_file.stat().st_mode & 0o777 == 0o600
