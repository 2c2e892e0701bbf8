"""Tests that were imported as totals: what nobody recorded is an empty cell, never a zero."""

from typing import Final

from django.utils.translation import gettext as _

from experiments.reports.payload import ReportData

OF_IMPRESSIONS: Final = frozenset({"impressions", "clicks"})
"""All that such a file holds, so that no clicks are really none."""
_ATTRIBUTES: Final = {
    "impressions": "impressions",
    "viewable": "viewables",
    "clicks": "clicks",
    "carts": "carts",
    "orders": "orders",
    "buyers": "converted",
    "revenue": "revenue",
}
"""Columns of the export, and the totals that stand in them."""
VISITORS: Final = "visitors"
DECIDES: Final = "buyers"
"""Without it no test of visitors is imported, so that no buyers are really none."""


def unrecorded(data: ReportData) -> frozenset[str]:
    """Columns of totals that the import had nothing to fill with; none for what ran here."""
    if data.design.origin != "results":
        return frozenset()
    if data.design.unit == "impression":
        return frozenset(_ATTRIBUTES) - OF_IMPRESSIONS | {VISITORS}
    nothing = (name for name, total in _ATTRIBUTES.items() if not _anywhere(data, total))
    return frozenset(nothing) - {DECIDES}


def _anywhere(data: ReportData, total: str) -> bool:
    return any(getattr(counts, total) for counts in data.counts)


def note() -> str:
    """What stands beside empty cells."""
    return _("Imported as totals: an empty cell was not recorded; it is no zero.")
