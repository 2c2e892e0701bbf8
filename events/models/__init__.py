"""What happened: the log, what it adds up to, and where the adding stands.

The log names experiments, variants and creatives by number and has no foreign keys: it outlives and
ignores designs. `delivery.sink` is the only writer of `Event`, `events.rollup` of the totals.
"""

from events.models.log import DroppedDay, Event, Import, RollupState, Tally
from events.models.outcomes import Rejected, Settled
from events.models.sums import Aggregate, Assigned, Cap, Overlap, Reacted
from events.models.units import Alias, Conversion, Reaction, UnitTotal

__all__ = [
    "Aggregate",
    "Alias",
    "Assigned",
    "Cap",
    "Conversion",
    "DroppedDay",
    "Event",
    "Import",
    "Overlap",
    "Reacted",
    "Reaction",
    "Rejected",
    "RollupState",
    "Settled",
    "Tally",
    "UnitTotal",
]
