"""Why a running experiment shows nobody its variants: one of them may not be shown.

The data plane then gives everybody the default, so that no variant is compared with a hole.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from creatives.models import Creative
from experiments.models import Experiment, Status, Variant
from workspace.models import Site

SHOWING = (Status.RUNNING, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Hole:
    """A variant whose banner may not be shown, why, and what to do about it."""

    variant: Variant
    creative: Creative
    reason: str
    remedy: str


def holes(experiment: Experiment, *, now: dt.datetime) -> list[Hole]:
    """Every variant of a started experiment that nobody may see."""
    if experiment.status not in SHOWING or experiment.origin != Experiment.Origin.LIVE:
        return []
    found = (_hole(variant, now) for variant in experiment.variants.all() if variant.creative)
    return [hole for hole in found if hole]


def standing_still(site: Site, *, now: dt.datetime) -> QuerySet[Experiment]:
    """The running experiments of a site that show nobody their variants."""
    unseen = Q(creative__live=None) | Q(creative__expires_at__lte=now)
    broken = Variant.objects.filter(unseen, creative__isnull=False, experiment__site=site)
    running = Experiment.objects.filter(
        site=site, status=Status.RUNNING, origin=Experiment.Origin.LIVE
    )
    return running.filter(pk__in=broken.values("experiment")).order_by("started_at")


def _hole(variant: Variant, now: dt.datetime) -> Hole | None:
    creative = variant.creative
    if creative is None:
        return None
    name = {"variant": variant.name, "banner": creative.name}
    if creative.live_id is None:
        return Hole(
            variant,
            creative,
            _("%(variant)s: “%(banner)s” was withdrawn.") % name,
            _("Show an approved version again, have a new one approved, or stop the experiment."),
        )
    if creative.expires_at and creative.expires_at <= now:
        return Hole(
            variant,
            creative,
            _("%(variant)s: the time of “%(banner)s” is over.") % name,
            _("Give it a later end, or stop the experiment."),
        )
    return None
