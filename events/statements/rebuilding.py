"""Totals counted anew beside those that are kept, and where the two differ.

Temporary tables of the same names stand in front of the kept ones, so that every statement of the
roll-up fills them without knowing. `{schema}` is where the kept ones are.
"""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import REST

SCHEMA: Final = "SELECT quote_ident(current_schema())"
# A lock is no query: what is read afterwards is all of one later moment.
ONE_MOMENT: Final = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
HOLD_LOG: Final = "LOCK TABLE events_event IN ACCESS SHARE MODE"

BESIDE: Final = "CREATE TEMP TABLE {table} (LIKE {schema}.{table} INCLUDING ALL) ON COMMIT DROP"
COPY: Final = "INSERT INTO pg_temp.{table} ({columns}) SELECT {columns} FROM {schema}.{table}"
AWAY: Final = "DROP TABLE IF EXISTS pg_temp.{table}"

# Of which experiments there is anything, and in which part of the log. Blocks count below zero.
EXPERIMENTS: Final = """
SELECT abs(experiment_id) FROM {schema}.events_unittotal WHERE experiment_id <> 0
UNION
SELECT experiment_id FROM events_event WHERE experiment_id IS NOT NULL AND seq <= %(high)s
ORDER BY 1
"""
REACH: Final = f"""
SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM events_event
WHERE seq <= %(high)s AND (experiment_id = %(experiment)s OR (flags & {REST} > 0
    AND %(experiment)s = ANY (ARRAY(SELECT experiment_id FROM rollup_holdout))))
"""

OF_EXPERIMENTS: Final = "abs(experiment_id) = ANY (%(experiments)s)"

DIFFERENCES: Final = """
WITH kept AS MATERIALIZED (SELECT {columns} FROM {schema}.{table} WHERE {which}),
counted AS MATERIALIZED (SELECT {columns} FROM pg_temp.{table} WHERE {which}),
differ AS MATERIALIZED (
    SELECT {key}, to_jsonb(k) AS kept, to_jsonb(c) AS counted
    FROM kept k FULL JOIN counted c USING ({key})
    WHERE k IS DISTINCT FROM c
)
SELECT (SELECT count(*) FROM differ), kept, counted FROM differ ORDER BY {key} LIMIT 1
"""
FORGET: Final = "DELETE FROM {schema}.{table} WHERE {which}"
PUT: Final = """
INSERT INTO {schema}.{table} ({columns}) SELECT {columns} FROM pg_temp.{table} WHERE {which}
"""
