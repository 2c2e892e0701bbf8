"""What changes the totals without a new event: units set aside later, and the cap of a phase.

Both leave what counting everything again would give, with what is known now from the beginning.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from engine.errors import InvalidInput
from engine.stats.aggregates import ONE, PAIRS
from events import counting
from events.counting import Chosen
from events.marks import SUSPICIOUS
from events.models import Aggregate, Cap, RollupState
from events.statements import conversions, corrections, names, reactions, units
from events.turn import take_turn

CONVERTED: Final = PAIRS.index((ONE, "converted"))
LEAST_BUYERS: Final = 1_000
"""Units with revenue from which on a 99.9th percentile is one of them."""


def fix_cap(experiment_id: int, phase: int, *, now: dt.datetime) -> int | None:
    """Fix the most revenue of one unit that counts in `capped`, once for a phase.

    Returns:
        The cap in minor units, fixed now or before; None while fewer than 1,000 units have bought.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        known = Cap.objects.filter(experiment_id=experiment_id, phase=phase).first()
        if known is not None:
            return known.revenue
        if (experiment_id, phase) not in _with_buyers([experiment_id]):
            return None
        place = {"experiment": experiment_id, "phase": phase, "now": now, "least": LEAST_BUYERS}
        cap = counting.number(cursor, corrections.CAP, place)
        if not cap:
            return None
        _apply_cap(cursor, place | {"cap": cap})
        return cap


def fix_caps(phases: Iterable[tuple[int, int]], *, now: dt.datetime) -> None:
    """Fix the cap of those phases that have buyers enough by now; in two queries while none has.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    wanted = set(phases)
    experiments = {experiment for experiment, _phase in wanted}
    fixed = set(
        Cap.objects.filter(experiment_id__in=experiments).values_list("experiment_id", "phase")
    )
    for experiment, phase in sorted((wanted - fixed) & _with_buyers(experiments)):
        fix_cap(experiment, phase, now=now)


def _with_buyers(experiments: Collection[int]) -> set[tuple[int, int]]:
    """Phases with units enough that have an order; from the sums, so that asking is cheap."""
    rows = Aggregate.objects.filter(
        experiment_id__in=experiments, cut="", suspicious=False, given=False
    )
    buyers = rows.values("experiment_id", "phase").annotate(n=Sum(f"moments__{CONVERTED}"))
    enough = buyers.filter(n__gte=LEAST_BUYERS)
    return set(enough.values_list("experiment_id", "phase"))


def _apply_cap(cursor: CursorWrapper, place: dict[str, Any]) -> None:
    counting.prepare(cursor)
    cursor.execute(corrections.KEEP_CAP, place)
    cursor.execute(corrections.TOUCH_CAPPED, place)
    counting.by_index(cursor, (units.WAS_TOUCHED,))
    counting.settle(cursor)
    counting.empty(cursor)


def set_aside(
    site_id: int, units_of_site: Collection[uuid.UUID], *, mark: str, now: dt.datetime
) -> int:
    """Give the counted events of some units a mark and take them out of what is counted.

    Under whatever name the events of a unit came. Their orders go to the next one who named them.

    Returns:
        The number of events that have got the mark.

    Raises:
        InvalidInput: The mark is not one of `SUSPICIOUS`.
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    if mark not in SUSPICIOUS:
        known = ", ".join(sorted(SUSPICIOUS))
        raise InvalidInput(_("Choose one of these marks: %(marks)s.") % {"marks": known})
    with transaction.atomic(), connection.cursor() as cursor:
        take_turn(cursor)
        counting.prepare(cursor)
        named, chosen = _chosen(cursor, site_id, units_of_site)
        marked = _mark(cursor, chosen, mark)
        if marked:
            _count_again(cursor, site_id, named, chosen)
        RollupState.objects.filter(pk=1).update(rolled_at=now)
    return marked


def _chosen(
    cursor: CursorWrapper, site_id: int, units_of_site: Collection[uuid.UUID]
) -> tuple[set[uuid.UUID], Chosen]:
    """The names that the units are counted under, and all their events up to the watermark."""
    high = RollupState.objects.filter(pk=1).values_list("watermark", flat=True).first() or 0
    cursor.execute(corrections.NAMES, {"site": site_id, "units": list(units_of_site)})
    rows = cursor.fetchall()
    chosen = Chosen(low=0, high=high, site=site_id, names=sorted({name for _unit, name in rows}))
    cursor.execute(corrections.ORDERS, asdict(chosen))
    orders = sorted(order for (order,) in cursor.fetchall())
    return {unit for unit, _name in rows}, replace(chosen, orders=orders)


def _mark(cursor: CursorWrapper, chosen: Chosen, mark: str) -> int:
    parameters = asdict(chosen) | {"mark": mark}
    cursor.execute(corrections.STALE, parameters)
    cursor.execute(corrections.MARK, parameters)
    marked = int(cursor.rowcount)
    counting.each(cursor, reactions.SET_ASIDE, parameters)
    counting.each(cursor, corrections.TALLY_AGAIN, parameters)
    return marked


def _count_again(
    cursor: CursorWrapper, site_id: int, named: set[uuid.UUID], chosen: Chosen
) -> None:
    counting.move(cursor, {(site_id, unit): (site_id, unit) for unit in named})
    cursor.execute(units.SEEN, asdict(chosen))
    cursor.execute(conversions.BOUGHT, asdict(chosen))
    touch = (
        names.TOUCH_NAMED,
        conversions.TOUCH_BOUGHT,
        conversions.TOUCH_ORDERS,
        units.WAS_NAMED,
    )
    counting.by_index(cursor, touch)
    cursor.execute(corrections.FORGET_BOUGHT, asdict(chosen))
    counting.each(cursor, (conversions.KEEP_ALL, conversions.KEEP_ORDERS))
    counting.settle(cursor)
    counting.empty(cursor)
