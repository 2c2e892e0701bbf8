"""What was refused is written before the answer, at both doors and over an outage."""

from urllib.parse import urlsplit

import psycopg
import pytest

from banner_lab.stack.processes import wait_until
from delivery.settling import MARKER
from tests.doors import Granian, database_url, log_rows
from tests.proxy import Proxy

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

EVENTS = "/api/v1/events"


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


def rows(sql: str) -> list[tuple]:
    with psycopg.connect(database_url()) as own:
        return own.execute(sql).fetchall()


def settled() -> dict[tuple[str, str], int]:
    found = rows(
        "SELECT outcome, reason, sum(events)::int FROM events_settled"
        f" WHERE outcome <> '{MARKER}' GROUP BY 1, 2"
    )
    return {(outcome, reason): events for outcome, reason, events in found}


def a_batch(number: int = 0) -> list:
    view = {"type": "page_view", "id": f"v-{number}", "user_id": "somebody@example.org"}
    return [
        view,
        view,
        view | {"type": "search"},
        {"type": "vue", "user_id": "somebody@example.org"},
        {"type": "click", "token": "bl1.x"},
    ]


SETTLED = {
    ("duplicate", ""): 1,
    ("conflict", ""): 1,
    ("rejected", "unknown_type"): 1,
    ("rejected", "token_invalid"): 1,
}


def test_batch__good_and_bad_together__is_all_there_when_it_is_answered(door, world) -> None:
    receipt = door.post(EVENTS, {"events": a_batch()}, key=world.sk).json
    assert (receipt["received"], receipt["stored"]) == (5, 1)
    assert settled() == SETTLED
    kept = rows("SELECT reason, payload FROM events_rejected ORDER BY reason")
    assert [reason for reason, _payload in kept] == ["token_invalid", "unknown_type"]
    assert "somebody" not in str(kept)


def test_batch__of_bad_events_only__is_kept_before_the_answer(door, world) -> None:
    receipt = door.post(EVENTS, {"events": a_batch()[3:]}, key=world.sk).json
    assert (receipt["received"], len(receipt["rejected"])) == (2, 2)
    assert sum(settled().values()) == 2
    assert not log_rows()


def test_outage__what_was_refused__waits_in_the_spool_and_counts_once(tmp_path, world) -> None:
    world.publish()
    place = urlsplit(database_url())
    proxy = Proxy((place.hostname, place.port)).open()
    url = database_url().replace(f":{place.port}/", f":{proxy.port}/")
    granian = Granian(tmp_path / "delivery", environment={"DATABASE_URL": url}).start()
    try:
        proxy.shut()
        for number in range(3):
            answer = granian.post(EVENTS, {"events": a_batch(number)}, key=world.sk)
            assert (answer.status, len(answer.json["rejected"])) == (202, 2)
        granian.kill()
        spooled = b"".join(path.read_bytes() for path in tmp_path.rglob("*.spool"))
        assert b"unknown_type" in spooled
        assert b"somebody" not in spooled
        granian.start()
        proxy.open()
        assert wait_until(lambda: not granian.get("/readyz").json["spool_bytes"], seconds=20)
    finally:
        granian.kill()
        proxy.shut()
    assert settled() == {key: 3 * events for key, events in SETTLED.items()}
    assert len(rows("SELECT 1 FROM events_rejected")) == 6
    assert len(log_rows()) == 3
