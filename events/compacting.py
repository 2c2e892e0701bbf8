"""The upkeep of what is counted beside the log: the rows of an hour become one, old ones go."""

import datetime as dt
from typing import Final

from django.db import connection, transaction

from delivery.settling import MARKER
from events.models import Rejected, Settled

LEAVE: Final = dt.timedelta(hours=1)
"""Into an hour that is over and a little older hardly anything is still written."""
KEEP_PAYLOADS: Final = dt.timedelta(days=30)
KEEP_MARKERS: Final = dt.timedelta(days=2)
"""A spool that waited for longer and is then read twice would be counted twice."""

_ADD_TOGETHER = """
WITH loose AS (
  SELECT DISTINCT site_id, date_trunc('hour', at, 'UTC') AS hour FROM events_settled
  WHERE site_id > 0 AND at < %(until)s AND at <> date_trunc('hour', at, 'UTC')
), gone AS (
  DELETE FROM events_settled AS row USING loose
  WHERE row.site_id = loose.site_id AND row.at >= hour AND row.at < hour + interval '1 hour'
  RETURNING row.*
), added AS (
  INSERT INTO events_settled
    (site_id, at, kind, outcome, reason, experiment_id, variant_id, events)
  SELECT site_id, date_trunc('hour', at, 'UTC'), kind, outcome, reason, experiment_id, variant_id,
    sum(events) FROM gone GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(events) <> 0
  RETURNING 1
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM added)
"""


@transaction.atomic
def compact(*, now: dt.datetime) -> int:
    """Add the rows of each past hour together; how many there are fewer now."""
    with connection.cursor() as cursor:
        hour = (now - LEAVE).replace(minute=0, second=0, microsecond=0)
        cursor.execute(_ADD_TOGETHER, {"until": hour})
        ((fewer,),) = cursor.fetchall()
    Settled.objects.filter(outcome=MARKER, site_id__lt=0, at__lt=now - KEEP_MARKERS).delete()
    Rejected.objects.filter(received_at__lt=now - KEEP_PAYLOADS).delete()
    return int(fewer)
