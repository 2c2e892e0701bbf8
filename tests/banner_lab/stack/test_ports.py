"""Ports are remembered, and a taken one is noticed."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from banner_lab.stack import ports
from banner_lab.stack.errors import StackError
from banner_lab.stack.settings import public_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((ports.HOST, 0))
        server.listen()
        yield server.getsockname()[1]


def test_remembered__second_time__is_the_same(tmp_path: Path) -> None:
    first = ports.remembered(tmp_path / "database.port")
    assert ports.remembered(tmp_path / "database.port") == first


def test_remembered__taken_meanwhile__is_another_one(tmp_path: Path, taken: int) -> None:
    memory = tmp_path / "database.port"
    memory.write_text(str(taken))
    fresh = ports.remembered(memory)
    assert fresh != taken
    assert memory.read_text() == f"{fresh}\n"


def test_remembered__unreadable_note__is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "database.port").write_text("torn")
    assert ports.is_free(ports.remembered(tmp_path / "database.port"))


def test_public_port__taken_default__is_the_next_free_one(taken: int) -> None:
    assert public_port(None, default=taken, option="--port") > taken


def test_public_port__taken_wish__is_refused_with_an_offer(taken: int) -> None:
    with pytest.raises(StackError, match=f"Port {taken}") as refusal:
        public_port(taken, default=8000, option="--port")
    assert str(refusal.value.hint).startswith("Port ")
    assert "--port" in str(refusal.value.hint)


def test_public_port__other_plane_has_it__is_another_one() -> None:
    free = ports.unused()
    assert public_port(None, default=free, option="--delivery-port", other=free) != free


def test_private_write__existing_file__is_replaced_and_private(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old")
    file.chmod(0o644)
    ports.private_write(file, "new")
    assert file.read_text() == "new"
    assert file.stat().st_mode & 0o777 == 0o600
