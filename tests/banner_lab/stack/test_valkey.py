"""The embedded Valkey, with its data in folders of any name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from banner_lab.stack import ports
from banner_lab.stack.processes import spawn, stop, wait_until
from banner_lab.stack.valkey import Valkey, quoted


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / 'a "b" 中文 \\c' / "broker", ports.unused(), "geheim-密", "broker")
    command = server.command()
    process = spawn(command, log=tmp_path / "broker.log")
    assert wait_until(server.ready, seconds=10), (tmp_path / "broker.log").read_text()
    yield server
    stop(process, command.stop_signal, patience=10)


def test_broker__folder_with_quotes_and_chinese__keeps_its_data_there(broker: Valkey) -> None:
    with redis.Redis(port=broker.port, password=broker.password) as client:
        client.set("job", "1")
    assert (broker.folder / "appendonlydir").is_dir()


def test_broker__default__refuses_strangers_and_never_evicts(broker: Valkey) -> None:
    with redis.Redis(port=broker.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    with redis.Redis(port=broker.port, password=broker.password) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("bind") == {"bind": "127.0.0.1"}


def test_settings_file__default__is_private(broker: Valkey) -> None:
    assert (broker.folder / "valkey.conf").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("text", "written"),
    [("/plain", '"/plain"'), ('a "b"', '"a \\"b\\""'), ("c\\d", '"c\\\\d"'), ("中 文", '"中 文"')],
)
def test_quoted__special_characters__are_escaped(text: str, written: str) -> None:
    assert quoted(text) == written
