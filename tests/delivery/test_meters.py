"""What a process counts, and how it is told."""

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from delivery import exposition
from delivery.condition import Condition, Spooled, Watchman, spooled
from delivery.exposition import check_reader
from delivery.meters import Meters, kind_of
from delivery.record import Group, Outcome, Refusal
from delivery.series import MOST_VARIANTS, DataPlaneMetrics
from engine.errors import NotFound, Unauthenticated
from tests import apart
from tests.delivery.snapshots import a_live, an_entry
from tests.delivery.test_sink import NOW, a_record

HERE = "127.0.0.1"


def a_condition(**fields) -> Condition:
    given = {
        "snapshot": 118,
        "snapshot_age": 2.0,
        "snapshot_refused": False,
        "learnt": None,
        "learnt_age": None,
        "database": True,
        "spool": Spooled(),
        "queued": 0,
        "profiles": True,
        "uses_profiles": True,
        "assigned_dropped": 0,
    }
    return Condition(**(given | fields))


def a(kind: str, number: int, **fields):
    return replace(a_record(number, **fields), kind=kind)


def told(meters: Meters, live=None, **fields) -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    text = exposition.text(DataPlaneMetrics(meters, a_condition(**fields), live)).decode()
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(text for _, text in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def test_requests__by_door_and_code__fall_into_buckets() -> None:
    meters = Meters()
    meters.answered("/api/v1/assign", 200, 0.00009)
    meters.answered("/api/v1/assign", 404, 0.0001)
    meters.answered("/c/bl1.a-secret-token", 302, 9.0)
    meters.answered("/wp-admin/anything", 404, 0.0001)
    found = told(meters)
    assert found["banner_lab_requests_total"] == {
        ("200", "assign"): 1, ("404", "assign"): 1, ("302", "click"): 1, ("404", "other"): 1,
    }  # fmt: skip
    buckets = found["banner_lab_request_seconds_bucket"]
    assert buckets["assign", "0.0001"] == 2
    assert (buckets["click", "5.0"], buckets["click", "+Inf"]) == (0, 1)
    assert found["banner_lab_request_seconds_sum"]["click",] == 9.0


@pytest.mark.parametrize(
    ("sent", "label"),
    [("click", "click"), ("custom:a", "custom"), ("", "unknown"), ("\n" * 4000, "unknown")],
)
def test_kind_of__whatever_is_sent__is_a_label_of_ours(sent, label) -> None:
    assert kind_of(sent) == label


def test_group__outcomes__are_told_by_kind_reason_and_variant() -> None:
    meters, live = Meters(), a_live(an_entry(1))
    shown = {"experiment_id": 1, "variant_id": 11}
    records = [
        *(a("click", n, **shown) for n in range(3)),
        a("click", 4, mark="bot", **shown),
        a("custom:wish", 5),
        a("purchase", 6),
    ]
    outcomes = [
        *(Outcome.STORED, Outcome.DUPLICATE, Outcome.CONFLICT),
        *(Outcome.STORED, Outcome.STORED, Outcome.REJECTED),
    ]
    refused = Refusal(1, NOW, "x" * 300, "unknown_type")
    expired = Refusal(1, NOW, "click", "token_expired", variant_id=11)
    meters.group(Group(records, [refused, refused, expired]), outcomes, seconds=0.004)
    found = told(meters, live)
    assert found["banner_lab_events_total"] == {
        ("click", "stored", ""): 1,
        ("click", "duplicate", ""): 1,
        ("click", "conflict", ""): 1,
        ("click", "filtered", "bot"): 1,
        ("custom", "stored", ""): 1,
        ("purchase", "rejected", "not_storable"): 1,
        ("unknown", "rejected", "unknown_type"): 2,
        ("click", "rejected", "token_expired"): 1,
    }
    assert found["banner_lab_variant_events_total"]["exp-1", "click", "filtered", "shop", "b"] == 1
    assert found["banner_lab_variant_events_total"]["exp-1", "click", "rejected", "shop", "b"] == 1
    assert found["banner_lab_group_events_count"] == {(): 1}
    assert found["banner_lab_group_events_sum"] == {(): 9}


def test_decisions__by_variant__only_of_live_tests_but_every_reason_stays() -> None:
    meters, live = Meters(), a_live(an_entry(1), an_entry(2, slice=()))
    for number in (1, 2):
        meters.decided(live.experiments[1, f"exp-{number}"].splits)
    assert len(told(meters, live)["banner_lab_variant_decisions_total"]) == 4
    later = a_live(an_entry(1), an_entry(2, status="stopped"))
    for _again in range(2):
        found = told(meters, later)
        assert set(found["banner_lab_variant_decisions_total"]) == {
            ("exp-1", "shop", "a"), ("exp-1", "shop", "b"),
        }  # fmt: skip
        assert found["banner_lab_decisions_total"] == {("SPLIT",): 4}
    assert (1, "exp-2", "a", "SPLIT") not in meters.decisions


def test_condition__ages__become_alarms_that_are_said_once(caplog) -> None:
    watchman = Watchman(parts=None, meters=Meters())
    with caplog.at_level("INFO"):
        for age in (2.0, 3599.0, 3601.0, 3602.0, 9999.0, 1.0):
            watchman.tell(a_condition(snapshot_age=age))
    said = [(record.levelname, record.alarm) for record in caplog.records]
    assert said == [("ERROR", "snapshot_old"), ("INFO", "snapshot_old")]


@pytest.mark.parametrize(
    ("fields", "status", "alarms"),
    [
        ({}, "ready", ()),
        ({"database": False}, "degraded", ("database_away",)),
        ({"snapshot_age": 3601.0}, "degraded", ("snapshot_old",)),
        ({"snapshot_refused": True}, "ready", ("snapshot_refused",)),
        ({"spool": Spooled(9, 1, 61.0)}, "degraded", ("spool_waiting",)),
        ({"spool": Spooled(9, 1, 59.0)}, "ready", ()),
        ({"profiles": False}, "ready", ("profiles_away",)),
        ({"profiles": False, "uses_profiles": False}, "ready", ()),
        ({"snapshot": None, "snapshot_age": None}, "no snapshot", ("no_snapshot",)),
    ],
)
def test_condition__each_state__has_its_word(fields, status, alarms) -> None:
    condition = a_condition(**fields)
    assert (condition.status, condition.alarms) == (status, alarms)


def test_scrape__a_little_at_a_time__gives_the_same_text_and_holds_nobody_up() -> None:
    live = a_live(*(an_entry(number, slice=()) for number in range(1, 301)))
    meters = Meters()
    for experiment in live.everywhere:
        meters.decided(experiment.splits)
        for variant in experiment.entry.variants:
            meters.shown[variant.id, "click", "stored"] += 1

    async def read() -> tuple[bytes, int]:
        turns, task = 0, asyncio.ensure_future(exposition.gradually(metrics))
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        return task.result(), turns

    metrics = DataPlaneMetrics(meters, a_condition(), live)
    gradually, turns = apart.run(read())
    whole = exposition.text(metrics)
    ours = [
        [line for line in text.splitlines() if b"process_" not in line and b"uptime" not in line]
        for text in (gradually, whole)
    ]
    assert ours[0] == ours[1]
    assert turns > 20
    told_of = {line for line in ours[0] if line.startswith(b"banner_lab_variant_decisions_total{")}
    assert len(told_of) == MOST_VARIANTS
    assert any(b'"exp-300"' in line for line in told_of)


def test_spooled__files__bytes_and_the_age_of_the_oldest(tmp_path: Path) -> None:
    (tmp_path / "90000000000-7.spool").write_bytes(b"123")
    (tmp_path / "99000000000-8.spool").write_bytes(b"45")
    paths = [*tmp_path.iterdir(), tmp_path / "1-gone.spool"]
    assert spooled(paths, now=100.0) == Spooled(bytes=5, files=2, oldest=10.0)


def test_told__a_whole_process__also_says_what_it_is() -> None:
    found = told(Meters(), learnt=7, learnt_age=40.0, assigned_dropped=3)
    assert list(found["banner_lab_build_info"].values()) == [1]
    assert found["process_resident_memory_bytes"][()] > 1_000_000
    assert found["banner_lab_uptime_seconds"][()] > 0
    assert found["banner_lab_learnt_version"][()] == 7
    assert found["banner_lab_assigned_dropped_total"][()] == 3


@pytest.mark.parametrize("address", [HERE, "::1", "127.8.8.8"])
def test_reader__from_this_machine__needs_no_token_where_none_is_set(address) -> None:
    check_reader("", sent="", address=address, headers={"host"})


@pytest.mark.parametrize(
    ("address", "header"),
    [("203.0.113.9", "host"), ("10.0.0.4", "host"), ("", "host"), ("unix:", "host")]
    + [(HERE, name) for name in sorted(exposition.FORWARDED)],
)
def test_reader__from_elsewhere_without_a_token_set__finds_nothing(address, header) -> None:
    with pytest.raises(NotFound):
        check_reader("", sent="Bearer x", address=address, headers={header})


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "Basic t0ken", "t0ken"])
def test_reader__with_a_token_set__is_asked_for_it_everywhere(sent) -> None:
    with pytest.raises(Unauthenticated):
        check_reader("t0ken", sent=sent, address=HERE, headers=set())
    check_reader("t0ken", sent="bearer t0ken", address="203.0.113.9", headers={"via"})
