"""The end of the log: its newest number, and the days that what has just come may belong to.

A log of many days has as many tables, and a question to all of them takes its time however little
there is to be found. So pages ask the sequence, and only days that can have got something.
"""

import datetime as dt
from typing import Final

from django.db import connection
from django.db.models import BigIntegerField, Q
from django.db.models.expressions import CombinedExpression, RawSQL

from delivery.config import LEAST_LOG_DAYS
from delivery.identity import UNDATED

# Numbers are drawn by those alone who write the log. Some are of events that were not stored.
NEWEST: Final = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM events_event_seq"


def newest() -> int:
    """A number that no event of the log is above."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        return int(cursor.fetchone()[0])


def back(events: int) -> CombinedExpression:
    """The number so many events before the newest, to be asked for inside of another question."""
    newest = RawSQL(f"({NEWEST})", (), output_field=BigIntegerField())  # noqa: S611 - our own text
    return newest - events


def received_since(at: dt.datetime) -> Q:
    """The days of events that were received since then: none names one of longer ago."""
    first = at.astimezone(dt.UTC).date() - dt.timedelta(days=LEAST_LOG_DAYS)
    return Q(day=UNDATED) | Q(day__gte=first)
