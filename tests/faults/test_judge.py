"""The judge by itself: what it must object to, and what it must let pass."""

import datetime as dt
import uuid

import pytest

from delivery import identity
from tests.faults.judge import Judge, Row, Span
from tests.faults.ledger import Ledger
from tests.faults.world import Shop

SHOP = Shop(1, 1, "test", "home-hero", "pk", "sk", "https://shop.example")
NOW = dt.datetime(2026, 11, 22, 6, 0, tzinfo=dt.UTC)
GOOD = {"received": 1, "stored": 1, "duplicate": 0, "conflict": 0, "filtered": 0, "rejected": 0}
AGAIN = GOOD | {"stored": 0, "duplicate": 1}


def a_ledger(*batches: tuple[str, ...]) -> Ledger:
    """Each batch one new event; then what became of each try."""
    ledger, at = Ledger(ended=True), 100.0
    for number, ends in enumerate(batches):
        event = {"type": "page_view", "id": f"e{number}", "user_id": "u"}
        ledger.take({"k": "batch", "b": number, "roles": ["new"], "events": [event]})
        for end in ends:
            at += 1
            ledger.take({"k": "try", "b": number, "t": at})
            kind = {"stored": "ack", "duplicate": "ack"}.get(end, end)
            receipt = AGAIN if end == "duplicate" else GOOD
            ledger.take({"k": kind, "b": number, "t": at + 0.5, "r": receipt, "status": 503})
    return ledger


def rows(*numbers: int) -> list[Row]:
    ids = [uuid.UUID(bytes=identity.of_id(1, f"e{number}")) for number in numbers]
    return [Row(name, "page_view", None, "", NOW, None, seq) for seq, name in enumerate(ids)]


def faults(ledger: Ledger, there: list[Row], *blind: Span) -> str:
    return " ".join(Judge(SHOP, ledger, there, blind).judge().faults)


@pytest.mark.parametrize(
    ("batches", "there"),
    [
        ([("stored",), ("stored",)], (0, 1)),
        ([("unknown", "stored")], (0,)),
        ([("unknown", "duplicate")], (0,)),
        ([("refused", "duplicate")], (0,)),
        ([("nobody", "stored")], (0,)),
        ([("stored",), ("unknown",)], (0,)),
        ([("stored",), ("unknown",)], (0, 1)),
    ],
)
def test_judge__everything_as_it_was_told__has_no_objection(batches, there) -> None:
    assert faults(a_ledger(*batches), rows(*there)) == ""


@pytest.mark.parametrize(
    ("batches", "there", "objection"),
    [
        ([("stored",), ("stored",)], (0,), "lost: 1"),
        ([("unknown", "duplicate")], (), "lost: 1"),
        ([("stored",)], (0, 0), "counted twice: 1"),
        ([("stored",)], (0, 7), "never sent: 1"),
        ([("stored",)], (0, 0), "2 rows are not 1 told new"),
        ([("duplicate",)], (0,), "1 sent for the first time, 0 told new"),
        ([("nobody", "duplicate")], (0,), "1 sent for the first time, 0 told new"),
    ],
)
def test_judge__something_else__says_what(batches, there, objection) -> None:
    assert objection in faults(a_ledger(*batches), rows(*there))


def test_judge__told_new_again__only_while_the_database_was_away() -> None:
    ledger = a_ledger(("stored",))
    event = ledger.batches[0].events[0]
    ledger.take({"k": "batch", "b": 9, "roles": ["again"], "events": [event]})
    ledger.take({"k": "try", "b": 9, "t": 200.0})
    ledger.take({"k": "ack", "b": 9, "t": 200.5, "r": GOOD})
    assert "0 sent for the first time, 1 told new" in faults(ledger, rows(0))
    assert faults(ledger, rows(0), Span(199, 201)) == ""


def test_judge__a_person_given_two_variants__objects() -> None:
    ledger = a_ledger()
    for variant in "ab":
        told = {"k": "decision", "t": 1.0, "u": "u", "status": 200, "reason": "SPLIT", "v": variant}
        ledger.take(told)
    assert "u was given ['a', 'b']" in faults(ledger, [])


def test_judge__a_decision_that_failed__objects() -> None:
    ledger = a_ledger()
    ledger.take({"k": "decision", "t": 1.0, "u": "u", "status": 0})
    assert "decisions: 1" in faults(ledger, [])
