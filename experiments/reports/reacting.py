"""What visitors did in a banner besides clicking it: likes, and pictures that they moved.

Counted in visitors with at least one, beside the report: no verdict reads it, nothing is tested.
"""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from events import reactions
from experiments.models import Experiment
from experiments.reports import numbers
from experiments.reports.payload import ReportData
from experiments.reports.tables import Table, named


def table(experiment: Experiment, data: ReportData) -> Table | None:
    """Visitors with at least one, per variant; None where nobody did any of it."""
    found = reactions.of(experiment.pk, data.design.phase)
    if not found:
        return None
    heads = {reactions.LIKE: _("Liked it"), reactions.SLIDE: _("Moved its pictures")}
    kinds = [kind for kind in heads if kind in found]
    rows = [
        [name, *(_cell(found[kind].get(variant, 0), units) for kind in kinds)]
        for variant, name, units in _variants(experiment, data)
    ]
    return Table([_("Variant"), *(heads[kind] for kind in kinds)], rows)


def _variants(experiment: Experiment, data: ReportData) -> Iterator[tuple[int, str, int]]:
    """Each with its visitors; the sides of a policy are no variants, so there nobody knows them."""
    if data.design.adaptive:
        for variant in experiment.variants.all():
            yield variant.pk, variant.name, 0
        return
    by_visitor = data.design.unit == "visitor"
    for arm in data.design.arms:
        yield arm.id, named(data, arm), data.of(arm.id).units if by_visitor else 0


def _cell(visitors: int, units: int) -> str:
    if not (units and visitors):
        return numbers.count(visitors)
    words = {"n": numbers.count(visitors), "share": numbers.percent(visitors / units)}
    return _("%(n)s (%(share)s)") % words
