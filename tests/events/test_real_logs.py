"""What shops really logged, shuffled, repeated and late: the same totals as plain counting.

These logs know no banners. A view stands for an impression, and every seventh visitor's for a click
on it; carts, orders and prices are what they were. Some orders are refunded, some visitors turn out
to be one, some are set aside afterwards.
"""

import csv
import datetime as dt
import gzip
import json
import random
from dataclasses import replace
from zlib import crc32

import pytest

from events import rebuilding, rollup
from events.models import Event
from tests.events.log import (
    START,
    Row,
    aggregates_of_state,
    alias,
    assigned_of_state,
    bought,
    state,
    write,
)
from tests.events.opinion import expected, unit

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def _retailrocket(folder):
    with gzip.open(folder / "retailrocket_sample_events.csv.gz", "rt") as file:
        for line in csv.DictReader(file):
            at = dt.datetime.fromtimestamp(int(line["timestamp"]) / 1000, dt.UTC)
            kind = {"view": "view", "addtocart": "cart", "transaction": "order"}[line["event"]]
            yield kind, line["visitorid"], at, line["transactionid"], int(line["itemid"])


def _otto(folder):
    with (folder / "otto_sessions_sample.jsonl").open() as file:
        for session in map(json.loads, file):
            for act in session["events"]:
                at = dt.datetime.fromtimestamp(act["ts"] / 1000, dt.UTC)
                kind = {"clicks": "view", "carts": "cart", "orders": "order"}[act["type"]]
                yield kind, str(session["session"]), at, "", act["aid"]


def _rees46(folder):
    with (folder / "rees46_electronics_sample.csv").open() as file:
        for line in csv.DictReader(file):
            at = dt.datetime.fromisoformat(line["event_time"])
            kind = {"view": "view", "cart": "cart", "purchase": "order"}[line["event_type"]]
            price = round(float(line["price"]) * 100)
            order = f"{line['user_id']}-{at.isoformat()}"
            yield kind, line["user_id"], at, order, price


LOGS = {"retailrocket": _retailrocket, "otto": _otto, "rees46": _rees46}


def _rows(acts):
    acts = list(acts)
    begin = min(at for _kind, _who, at, _order, _amount in acts)
    rows = []
    for kind, who, at, order, amount in acts:
        name, minute = crc32(who.encode()) + 1, (at - begin).total_seconds() / 60
        row = Row("impression", name, minute, variant=70 + name % 3, device=f"d{name % 2}")
        row = replace(row, placement=amount % 2, flags=int(name % 9 == 0))
        if kind == "view":
            rows += [row] + ([replace(row, kind="click")] if name % 7 == 0 else [])
        elif kind == "cart":
            rows.append(bought(name, kind="add_to_cart", minute=minute))
        else:
            rows.append(bought(name, minute=minute, amount=amount, order_id=order))
            if order and amount % 3 == 0:
                back = {"minute": minute + 60, "amount": amount // 2, "order_id": order}
                rows.append(bought(name, kind="refund", **back))
    names = sorted({row.unit for row in rows})
    rows += [alias(one, other) for one, other in zip(names[::40], names[1::40], strict=False)]
    return [replace(row, number=number) for number, row in enumerate(rows)]


@pytest.mark.parametrize("log", LOGS)
def test_run__real_log_shuffled_repeated_and_late__equals_plain_counting_and_rebuild(
    shared_data, log
):
    rows = _rows(LOGS[log](shared_data / "events"))
    assert len(rows) > 500
    assert min(row.at for row in rows) == START
    rng = random.Random(log)
    arriving = rows + rng.sample(rows, len(rows) // 3)
    rng.shuffle(arriving)
    for piece in range(4):
        write(arriving[piece::4])
        rollup.run(now=NOW)
    aside = rng.sample(sorted({row.unit for row in rows}), 5)
    assert rollup.set_aside(1, [unit(name) for name in aside], mark="rate", now=NOW)
    marks = dict(Event.objects.values_list("id", "mark"))
    wanted = expected([replace(row, mark=marks[row.id]) for row in rows])
    assert aggregates_of_state() == wanted.aggregates
    assert assigned_of_state() == wanted.assigned
    kept = state()
    assert not rebuilding.check().differences
    assert state() == kept
    rollup.rebuild()
    assert state() == kept
