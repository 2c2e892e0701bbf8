"""What units did in banners of tests that is of a kind of its own, each once."""

# ruff: noqa: S608 - put together from constants, never from what somebody sent

from typing import Final

from delivery.token import TEST
from events.statements.workspace import CHUNK

_KEY: Final = "site_id, experiment_id, phase, variant_id, kind, unit"
# Only what a token proves belongs to a test, so `decision` is asked for as well.
KEEP: Final = f"""
INSERT INTO events_reaction ({_KEY})
SELECT DISTINCT {_KEY} FROM events_event e
WHERE {CHUNK} AND e.kind LIKE 'custom:%%' AND e.decision IS NOT NULL AND e.experiment_id IS NOT NULL
    AND e.variant_id IS NOT NULL AND e.mark = '' AND e.flags & {TEST} = 0
ON CONFLICT DO NOTHING
"""
# The events of these units have just got a mark.
SET_ASIDE: Final = """
DELETE FROM events_reaction WHERE site_id = %(site)s AND unit = ANY (%(names)s::uuid[])
"""
COUNT: Final = """
SELECT r.kind, r.variant_id, count(DISTINCT coalesce(a.canonical, r.unit))
FROM events_reaction r
LEFT JOIN events_alias a ON a.site_id = r.site_id AND a.unit = r.unit
WHERE r.experiment_id = %(experiment)s AND r.phase = %(phase)s AND r.kind = ANY (%(kinds)s)
GROUP BY 1, 2
"""
