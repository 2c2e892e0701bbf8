"""What showing a variant costs, in a sentence."""

from django.utils.translation import gettext as _

from experiments.models import Variant
from experiments.reports import numbers


def describe(variant: Variant, currency: str) -> str:
    """Everything that is not nothing; "" for a variant that costs nothing."""
    parts = []
    if variant.creative_cost:
        amount = numbers.money(variant.creative_cost, currency)
        parts.append(_("creative %(amount)s once") % {"amount": amount})
    if variant.media_cost:
        amount = numbers.money(variant.media_cost, currency)
        parts.append(_("media %(amount)s per 1,000 impressions") % {"amount": amount})
    if variant.discount:
        parts.append(_("discount %(share)s %%") % {"share": f"{variant.discount.normalize():f}"})
    return _("Costs: %(parts)s") % {"parts": _(", ").join(parts)} if parts else ""
