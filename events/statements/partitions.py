"""The partitions of the log: which there are, how they come and go."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import REST

UNDATED: Final = "1970-01-01"

ENSURE: Final = "SELECT events_ensure_partition(day) FROM unnest(%s::date[]) AS day"

# One a day, so the bound itself need not be read.
ALL: Final = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD'), c.relname,
    coalesce(pg_total_relation_size(c.oid), 0), greatest(c.reltuples, 0)::bigint
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = 'events_event'::regclass ORDER BY 1
"""
NEWEST: Final = "SELECT coalesce(max(seq), 0) FROM {name}"

# What an event is a part of: its experiment, and the holdout of its site if it was not held back.
_OF: Final = f"""
SELECT e.experiment_id FROM {{of}} e WHERE e.experiment_id IS NOT NULL
UNION
SELECT h.experiment_id::int FROM experiments_holdout h
WHERE h.site_id IN (SELECT e.site_id FROM {{of}} e WHERE e.flags & {REST} > 0)
"""
CONTENTS: Final = f"""
SELECT count(*), ARRAY({_OF.format(of="{name}")} ORDER BY 1) FROM {{name}}
"""

# Everybody who writes waits behind this lock: it is had soon or not at all.
LOCK: Final = "LOCK TABLE ONLY events_event IN ACCESS EXCLUSIVE MODE"
DROP: Final = "DROP TABLE {name}"

NOTE: Final = """
INSERT INTO events_droppedday AS kept (day, events, experiments, dropped_at)
VALUES (%(day)s, %(events)s, %(experiments)s, %(now)s)
ON CONFLICT (day) DO UPDATE SET events = kept.events + EXCLUDED.events,
    experiments = ARRAY(
        SELECT DISTINCT one FROM unnest(kept.experiments || EXCLUDED.experiments) AS one ORDER BY 1
    ),
    dropped_at = EXCLUDED.dropped_at
"""

# In the order in which they were written, which is nearly that in which they were received. What
# was loaded from a file stays: the same file loaded again must not count twice.
CLEAR: Final = f"""
WITH looked AS MATERIALIZED (
    SELECT seq, id, received_at, source FROM events_event
    WHERE day = '{UNDATED}' AND seq > %(low)s AND seq <= %(high)s ORDER BY seq LIMIT %(most)s
), gone AS (
    DELETE FROM events_event e USING looked s
    WHERE e.day = '{UNDATED}' AND e.id = s.id AND s.received_at < %(before)s AND s.source = 'live'
    RETURNING e.site_id, e.experiment_id, e.flags
)
SELECT (SELECT max(seq) FROM looked), (SELECT max(received_at) FROM looked),
    (SELECT count(*) FROM gone), ARRAY({_OF.format(of="gone")} ORDER BY 1)
"""
