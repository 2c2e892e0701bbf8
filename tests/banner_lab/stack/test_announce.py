"""What is printed at the end of a start."""

import json
from pathlib import Path

from banner_lab.stack import announce
from banner_lab.stack.settings import Settings, make_keys
from banner_lab.stack.state import State


def settings(state: State, **given: str) -> Settings:
    chosen = Settings(given)
    make_keys(chosen, state)
    chosen.make("PUBLIC_URL", "http://127.0.0.1:8000")
    chosen.make("DELIVERY_URL", "http://127.0.0.1:8001")
    return chosen


def prepared(tmp_path: Path) -> State:
    state = State(tmp_path / "var")
    state.prepare()
    return state


def test_ready__default__names_addresses_data_and_logs(tmp_path: Path) -> None:
    state = prepared(tmp_path)
    said = announce.ready(settings(state), state, seconds=3.2)
    for part in ("3.2 s", "http://127.0.0.1:8000/demo/", str(state.folder), str(state.logs)):
        assert part in said
    assert "Yours" not in said


def test_ready__given_servers__are_named_without_their_passwords(tmp_path: Path) -> None:
    state = prepared(tmp_path)
    chosen = settings(state, DATABASE_URL="postgresql://u:geheim@db/x", DEMO="0")
    said = announce.ready(chosen, state, seconds=1)
    assert "database as set in the environment" in said
    assert "geheim" not in said
    assert "/demo/" not in said


def test_demo__seeded__lists_people_and_keys(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    people = [{"username": "marketer", "password": "brave-otter", "role": "marketer"}]
    file.write_text(
        json.dumps({"users": people, "keys": {"publishable": "pk_1", "secret": "sk_2"}})
    )
    said = announce.demo(file)
    for part in ("marketer", "brave-otter", "pk_1", "sk_2"):
        assert part in said


def test_demo__missing_or_torn__is_nothing(tmp_path: Path) -> None:
    (tmp_path / "torn.json").write_text('{"users": [')
    assert announce.demo(tmp_path / "torn.json") == ""
    assert announce.demo(tmp_path / "missing.json") == ""
