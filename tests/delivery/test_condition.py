"""A real process that is badly off says so: an old snapshot from the disk, no database, a spool."""

import json
import re
import time
from hashlib import sha256

import pytest

from banner_lab.stack.processes import wait_until
from delivery.live import replace
from delivery.snapshot import KeyEntry, digest, encode
from tests.delivery.snapshots import a_snapshot, an_entry
from tests.doors import Granian

KEY = "sk_only-for-this-test"
TOKEN = "a-token-for-metrics"
HOURS = 2


@pytest.fixture
def cut_off(tmp_path):
    """A process without a database, which begins with what lies on its disk."""
    state = tmp_path / "delivery"
    key = KeyEntry(sha256(KEY.encode()).hexdigest(), 1, 1, "secret")
    body = encode(a_snapshot(an_entry(1), keys=(key,)))
    about = {"version": 7, "sha256": digest(body), "as_of": time.time() - HOURS * 3600}
    replace(state / "snapshot", json.dumps(about).encode() + b"\n" + body)
    away = {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "STATE_URL": "",
        "METRICS_TOKEN": TOKEN,
    }
    granian = Granian(state, environment=away)
    # Whoever asks for it to be there asks for the database's, which this process has not.
    granian.start()
    yield granian
    granian.kill()


def test_process__cut_off_with_an_old_snapshot__serves_and_says_how_it_fares(cut_off) -> None:
    view = {"type": "page_view", "id": "e-1", "user_id": "u-1"}
    assert cut_off.get("/api/v1/assign?experiment=exp-1&user_id=u", key=KEY).status == 200
    assert cut_off.post("/api/v1/events", view, key=KEY).json["stored"] == 1
    ready = cut_off.get("/readyz")
    assert (ready.status, ready.json["status"], ready.json["snapshot"]) == (200, "degraded", 7)
    assert ready.json["alarms"] == ["snapshot_old", "database_away"]
    assert ready.json["snapshot_age"] >= HOURS * 3600
    assert ready.json["spool_bytes"] > 0
    assert cut_off.get("/livez").status == 200

    text = cut_off.get("/metrics", key=TOKEN, x_forwarded_for="203.0.113.9").body.decode()
    found = dict(re.findall(r"^banner_lab_(\w+) (\S+)$", text, re.MULTILINE))
    assert float(found["snapshot_age_seconds"]) >= HOURS * 3600
    assert (float(found["database_away"]), float(found["spool_files"])) == (1, 1)
    assert float(found["spooled_events_total"]) >= 1
    assert float(found["profiles_away"]) == 0


def test_process__with_a_token_for_its_metrics__asks_everybody_for_it(cut_off) -> None:
    for sent in ({}, {"key": "wrong"}):
        answer = cut_off.get("/metrics", accept_language="zh", **sent)
        assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.json["status"] == 401
    assert cut_off.send("POST", "/metrics", {"authorization": f"Bearer {TOKEN}"}).status == 405


def test_log__of_alarms__says_each_once(cut_off) -> None:
    def said() -> list[str]:
        lines = cut_off.log.read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return [line["alarm"] for line in told if "alarm" in line]

    assert wait_until(lambda: bool(said()), seconds=10)
    time.sleep(2.5)
    assert sorted(said()) == ["database_away", "snapshot_old"]
