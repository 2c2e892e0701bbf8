"""Experiments by the keys of an address, and the states that their tags stand for."""

from typing import Any

from django.db.models import QuerySet

from experiments.models import Experiment
from experiments.views import finding
from workspace.models import Site


def rows(site: Site) -> QuerySet[Experiment]:
    """All experiments of a site with what the answer tells of them."""
    return _whole(finding.with_report(Experiment.objects.filter(site=site)))


def one(site: Site, key: str) -> Experiment:
    """One experiment; raises NotFound."""
    finding.find(site, key)
    return rows(site).get(key=key)


def held(site: Site, key: str) -> Experiment:
    """The same, locked until the end of the transaction."""
    finding.find(site, key)
    Experiment.objects.select_for_update(of=("self",)).filter(site=site, key=key).first()
    return one(site, key)


def state_of(row: Experiment) -> list[Any]:
    """What the tag of an experiment stands for: what people change, not what is counted."""
    return [row.pk, row.revision, row.status]


def _whole(found: QuerySet[Experiment]) -> QuerySet[Experiment]:
    joined = found.select_related("audience", "submitted_by", "approved_by", "decided_by")
    return joined.prefetch_related("watched", "also_on", "variants__placement", "rules__segment")
