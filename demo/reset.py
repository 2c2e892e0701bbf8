"""Empty the demo site and make it again. Other sites, people, keys and the audit log stay."""

import datetime as dt
from collections.abc import Iterator

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction

from audiences import profiles
from creatives.models import Creative, Placement
from demo import data, seed
from demo.models import DemoSite
from events import removal
from experiments import publishing
from experiments.models import Experiment
from workspace import audit
from workspace.models import ApiKey, AuditEntry, Job, Membership, Site

KEPT = (Membership, ApiKey, AuditEntry, DemoSite, Job)
"""What a reset leaves; jobs go by themselves, all but the one that resets."""
FIRST = (Experiment, Placement, Creative)
"""What the others hold fast: each after what refers to it."""
PATIENCE = 5.0  # seconds for an answer of the hot state


def empty(site: Site, *, but: Job, now: dt.datetime) -> None:
    """Remove everything of the demo site.

    Raises:
        IllegalMove: It is not a demo.
        RollupBusy: The counts are being brought up to date for longer than is worth waiting.
    """
    data.check(site)
    with transaction.atomic():
        demo = DemoSite.objects.select_for_update(no_key=True).get(site=site)
        ids = list(Experiment.objects.filter(site=site).values_list("pk", flat=True))
        removal.forget_site(site.pk, experiment_ids=ids)
        for model in owned():
            model._base_manager.filter(site=site).delete()  # noqa: SLF001 - documented by Django
        Job.objects.filter(site=site).exclude(pk=but.pk).delete()
        demo.anchor = now
        demo.save(update_fields=["anchor"])
        audit.record(site=site, actor=but.created_by, action="reset", subject=site, now=now)
    profiles.forget(site, seconds=PATIENCE)
    publishing.publish_if_changed(now=now)


def again(site: Site, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Seed, then let the worker bring in the past."""
    seed.seed(now=now)
    data.ask_for_history(site, actor=actor, now=now)


def owned() -> Iterator[type[models.Model]]:
    """Every model whose rows belong to a site by a foreign key and go with a reset, in order."""
    yield from FIRST
    for model in apps.get_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        site = fields.get("site")
        if site is not None and site.related_model is Site and model not in (*KEPT, *FIRST):
            yield model
