"""What things are called in a report: metrics, the sides that are compared, missing numbers."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.reports import numbers
from experiments.reports.payload import CHANCE, POLICY, Arm, Gap, GapCode, ReportData

Words = Mapping[str, Promise]

LONGEST_LABEL: Final = 40

METRICS: Final[Words] = {
    "ctr": gettext_lazy("Click-through rate"),
    "viewable_ctr": gettext_lazy("Clicks per viewable impression"),
    "viewability": gettext_lazy("Viewable impressions"),
    "viewable_reach": gettext_lazy("Visitors who had the banner in view"),
    "click_reach": gettext_lazy("Visitors who clicked"),
    "conversion_rate": gettext_lazy("Conversion rate per visitor"),
    "post_click_conversion_rate": gettext_lazy("Conversion rate after a click, per visitor"),
    "orders_per_click": gettext_lazy("Orders per click"),
    "revenue_per_visitor": gettext_lazy("Revenue per visitor"),
    "revenue_per_visitor_capped": gettext_lazy("Revenue per visitor, largest buyers capped"),
    "post_click_revenue_per_visitor": gettext_lazy("Revenue after a click, per visitor"),
    "average_order_value": gettext_lazy("Average order value"),
    "cart_rate": gettext_lazy("Visitors who filled a cart"),
    "carts_per_visitor": gettext_lazy("Carts per visitor"),
}
"""Names of metrics on pages."""
BRANCHES: Final[Words] = {
    CHANCE: gettext_lazy("By chance"),
    POLICY: gettext_lazy("The policy"),
}
"""The two sides of an experiment whose policy chooses."""

LACKS: Final[Words] = {
    "units": gettext_lazy("%(have)s of the %(need)s visitors that each side needs"),
    "clicks": gettext_lazy("%(have)s of the %(need)s clicks that each side needs"),
    "impressions": gettext_lazy("%(have)s of the %(need)s impressions that each side needs"),
    "converted": gettext_lazy("%(have)s of the %(need)s buyers that each side needs"),
    "orders": gettext_lazy("%(have)s of the %(need)s orders that each side needs"),
    "carts": gettext_lazy("%(have)s of the %(need)s carts that each side needs"),
    "viewables": gettext_lazy("%(have)s of the %(need)s viewable impressions that each side needs"),
    "viewed": gettext_lazy(
        "%(have)s of the %(need)s visitors with the banner in view that each side needs"
    ),
    "clicked": gettext_lazy("%(have)s of the %(need)s visitors who clicked that each side needs"),
    "carted": gettext_lazy("%(have)s of the %(need)s visitors with a cart that each side needs"),
    "click_converted": gettext_lazy(
        "%(have)s of the %(need)s buyers after a click that each side needs"
    ),
    "blocks": gettext_lazy("%(have)s of the %(need)s blocks that each side needs"),
    "variants": gettext_lazy("a combination is missing"),
    "common": gettext_lazy("%(have)s of the %(need)s common visitors that each pair needs"),
    "history": gettext_lazy(
        "%(have)s of the %(need)s visitors with a history that each side needs"
    ),
}
GAPS: Final[Words] = {
    GapCode.NOT_RECORDED: gettext_lazy("not recorded"),
    GapCode.TOO_FEW: gettext_lazy("too few so far"),
    GapCode.NO_VARIATION: gettext_lazy("nothing varies"),
    GapCode.NOT_MEASURABLE_YET: gettext_lazy("not measurable yet"),
    GapCode.CONTROL_NOT_POSITIVE: gettext_lazy("the control is zero"),
}


def label(arm: Arm) -> str:
    """What a variant is called in a sentence: B, or its name if that is short."""
    if arm.key in BRANCHES:
        return str(BRANCHES[arm.key])
    if len(arm.key) == 1:
        return arm.key.upper()
    return arm.name if len(arm.name) <= LONGEST_LABEL else arm.key


def metric_name(key: str) -> str:
    return str(METRICS.get(key, key))


def side_head(data: ReportData) -> str:
    """The head of a column of the sides that are compared."""
    return _("Side") if data.design.adaptive else _("Variant")


def gap_text(gap: Gap | None) -> str:
    """The reason that stands where a number would."""
    if gap is None:
        return ""
    if gap.code is GapCode.TOO_FEW and gap.need and gap.what in LACKS:
        have, need = numbers.count(gap.have), numbers.count(gap.need)
        return str(LACKS[gap.what]) % {"have": have, "need": need}
    return str(GAPS[gap.code])
