"""The experiment that an address names."""

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext as _

from creatives import rendering
from engine.errors import NotFound
from experiments.models import Experiment, Report, Variant
from workspace.models import Site


def find(site: Site, key: str) -> Experiment:
    """An experiment of this site; another site's does not exist for it."""
    row = with_pictures(Experiment.objects.filter(site=site, key=key)).first()
    if row is None:
        raise NotFound(_("There is no experiment “%(key)s” on this site.") % {"key": key})
    return row


def find_plan(site: Site, key: str) -> Experiment:
    """The same with everything that its plan is made of, and without its report."""
    variants = Variant.objects.select_related("creative__live", "placement")
    rows = Experiment.objects.filter(site=site, key=key).select_related(
        "site", "placement__fallback__live", "audience"
    )
    pictures = rendering.shown_versions("variants__creative__versions")
    row = rows.prefetch_related(Prefetch("variants", variants), pictures).first()
    if row is None:
        raise NotFound(_("There is no experiment “%(key)s” on this site.") % {"key": key})
    creatives = [one.creative for one in row.variants.all() if one.creative]
    rendering.join_seen(creatives)
    for creative in creatives:
        creative.site = row.site
    return row


def with_pictures(rows: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """`with_report`, and the pictures visitors see of all variants: a fixed number of queries."""
    pictures = rendering.shown_versions("variants__creative__versions")
    return with_report(rows).prefetch_related(pictures)


def with_report(rows: QuerySet[Experiment]) -> QuerySet[Experiment]:
    """Load variants and the present report, as `present`, in a fixed number of queries."""
    # The payload is large and no list shows it.
    reports = Report.objects.filter(phase=F("experiment__phase")).defer("payload")
    joined = rows.select_related("site", "placement__fallback", "audience", "owner", "decided_by")
    return joined.prefetch_related(
        Prefetch("variants", Variant.objects.select_related("creative", "placement")),
        Prefetch("reports", reports, to_attr="present"),
    )
