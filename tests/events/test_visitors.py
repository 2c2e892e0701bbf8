"""Past visitors, of whom only as many are read as are wanted."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events import rollup, visitors
from tests.events.log import Row, write

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)
UNITS = 256


@pytest.fixture
def spread():
    """Visitors whose pseudonyms lie evenly between the first and the last that there can be."""
    units = [n << 120 | 1 for n in range(UNITS)]
    write([Row("impression", unit, n, n, placement=4) for n, unit in enumerate(units)])
    rollup.run(now=NOW)
    return [f"{unit:032x}" for unit in units]


@pytest.mark.parametrize("limit", [1, 4, 5, 32, 33, 255, 256, 300])
def test_past_visitors__any_limit__are_the_first_ones(spread, limit):
    found = visitors.past_visitors(1, [4], days=30, limit=limit, now=NOW)
    assert [one.unit for one in found] == spread[:limit]


def test_past_visitors__few_of_many__the_other_parts_are_not_asked_for(spread):
    with CaptureQueriesContext(connection) as asked:
        visitors.past_visitors(1, [4], days=30, limit=4, now=NOW)
    assert len(asked) == 1
