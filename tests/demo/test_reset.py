"""A reset takes the demo's data and nobody else's."""

import contextlib

import pytest
import redis
from django.apps import apps
from django.core.exceptions import FieldError
from django.utils import timezone

from audiences import profiles
from audiences.models import Segment
from creatives.models import Placement
from delivery.config import read as read_config
from demo import compositions, data, reset, seed
from demo.models import DemoSite
from demo.places import PLACES
from engine.errors import IllegalMove
from events import rollup
from events.models import (
    Aggregate,
    Alias,
    Conversion,
    Event,
    Reaction,
    Rejected,
    Settled,
    Tally,
    UnitTotal,
)
from experiments.models import Experiment, Report, Status
from experiments.reports import refresh
from tests.events import log
from tests.factories import a_key, a_landing, a_site, a_user, an_experiment
from workspace import audit, jobs, seen
from workspace.models import ApiKey, AuditEntry, Job, Membership, Site

pytestmark = pytest.mark.django_db(transaction=True)
LOG = (Event, Conversion, UnitTotal, Aggregate, Tally, Report, Experiment, Segment, Placement)
# Counted over all sites, or made anew by publishing.
WAYS = ("experiment", "creative", "version__creative")
OF_NOBODY = {"RollupState", "LiveRevision", "Snapshot", "LearntSnapshot", "PlaneProcess"}
OF_NOBODY |= {"Session", "Heartbeat"}


@pytest.fixture
def demo(now):
    seed.seed(now=now)
    return Site.objects.get(key="demo")


def fill(site, *, first, now):
    """A site with an experiment that people have seen, and everything else that it can have."""
    user = a_user(site=site)
    site.origins = [*site.origins, "https://shop.example"]
    site.save()
    a_landing(site)
    placement = Placement.objects.filter(site=site, key="home-hero").first()
    experiment = an_experiment(site, status=Status.RUNNING, placement=placement)
    a, b = experiment.variants.all()
    log.write(
        log.Row(
            kind,
            unit=first + n,
            number=first + 10 * n + place,
            site=site.pk,
            experiment=experiment.pk,
            variant=(a, b)[n % 2].pk,
        )
        for n in range(20)
        for place, kind in enumerate(("impression", "click"))
    )
    orders = [
        log.bought(first + n, number=first + 500 + n, site=site.pk, order_id=f"{site.key}-{n}")
        for n in range(5)
    ]
    log.write(orders)
    a_key(site)
    Segment.objects.create(site=site, key="often", name="Often", rule={"all": []})
    seen.note(site, user, "shop", now=now)
    audit.record(site=site, actor=user, action="create", subject=experiment, now=now)
    Job.objects.create(site=site, kind="refresh_report", status=Job.Status.DONE)
    return experiment


def others(site):
    """Every row of the database that is not that site's, whole, by model."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if (model._meta.managed or model is Event) and model.__name__ not in OF_NOBODY:
            own = {repr(row) for row in _own(model, site)}
            found[model.__name__] = sorted({repr(r) for r in model._base_manager.values()} - own)
    return found


def _own(model, site):
    """The rows of a model that belong to the site, by whatever way."""
    if model is Site:
        return model.objects.filter(pk=site.pk).values()
    if model is Aggregate:
        own = Experiment.objects.filter(site=site).values("pk")
        return model.objects.filter(experiment_id__in=own).values()
    rows = []
    for path in ("site", "site_id", *(f"{way}__site" for way in WAYS)):
        with contextlib.suppress(FieldError):
            rows += model._base_manager.filter(**{path: site.pk}).values()
    return rows


def run_reset(site, actor=None):
    job = jobs.enqueue(data.RESET, site=site, actor=actor, now=timezone.now())
    return jobs.run(job.pk, now=timezone.now())


def test_reset__two_sites_full_of_data__the_other_one_is_untouched(demo, now):
    shop = a_site("shop")
    experiments = [fill(demo, first=1_000, now=now), fill(shop, first=9_000, now=now)]
    rollup.run(now=now)
    refresh.refresh_many(experiments, now=now)
    before = others(demo)
    assert all(before[model.__name__] for model in LOG)
    log_before = AuditEntry.objects.filter(site=demo).count()
    people, keys = (
        set(m.objects.filter(site=demo).values_list("pk")) for m in (Membership, ApiKey)
    )

    done = run_reset(demo)

    assert done.status == Job.Status.DONE, done.error
    assert others(demo) == before
    made = Experiment.objects.get(site=demo)
    assert (made.key, made.created_at >= now) == (compositions.EXPERIMENT, True)
    for model in (Event, Conversion, UnitTotal, Tally, Segment):
        assert not model.objects.filter(site_id=demo.pk).exists(), model
    assert set(Aggregate.objects.values_list("experiment_id", flat=True)) == {experiments[1].pk}
    # Made again, with the people, keys and the log that were there.
    # One of them comes with the studio.
    assert Placement.objects.filter(site=demo).count() == len(PLACES) + 1
    assert set(Membership.objects.filter(site=demo).values_list("pk")) == people
    assert set(ApiKey.objects.filter(site=demo).values_list("pk")) == keys
    assert AuditEntry.objects.filter(site=demo).count() > log_before
    assert AuditEntry.objects.filter(site=demo, action="reset").count() == 1
    # What the studio of the new demo has drawn goes its own way.
    left = Job.objects.filter(site=demo, kind__in=data.KINDS).values_list("kind", flat=True)
    assert sorted(left) == [data.RESET, data.SEED_HISTORY]


def test_reset__hot_state__only_profiles_of_the_demo_go(demo):
    with redis.Redis.from_url(read_config().state_url) as hot:
        for key in (f"profile:{demo.pk}:\xff1", f"profile:{demo.pk}0:1", "profile:999:1", "other"):
            hot.set(key, "x")
        profiles.forget(demo, seconds=1)
        assert not hot.exists(f"profile:{demo.pk}:\xff1")
        assert hot.exists(f"profile:{demo.pk}0:1", "profile:999:1", "other") == 3
        hot.delete(f"profile:{demo.pk}0:1", "profile:999:1", "other")


@pytest.mark.parametrize(("key", "is_demo"), [("shop", False), ("demo-2", True)])
def test_reset__not_the_demo__refused(demo, now, key, is_demo):
    shop = a_site(key, is_demo=is_demo)
    fill(shop, first=1, now=now)
    with pytest.raises(IllegalMove):
        data.ask_for_reset(shop, actor=a_user(), now=now)
    done = run_reset(shop)
    assert done.status == Job.Status.FAILED
    assert Experiment.objects.filter(site=shop).exists()


def test_reset__worker_dies_between_its_halves__the_next_one_ends_it(demo, now, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_args, **_more):
        raise Killed

    whole = reset.again
    monkeypatch.setattr(reset, "again", die)
    job = jobs.enqueue(data.RESET, site=demo, actor=None, now=timezone.now())
    with pytest.raises(Killed):
        jobs.run(job.pk, now=timezone.now())
    monkeypatch.setattr(reset, "again", whole)
    later = timezone.now() + jobs.LEASE * 2
    assert jobs.run(job.pk, now=later).status == Job.Status.DONE
    # One of them comes with the studio.
    assert Placement.objects.filter(site=demo).count() == len(PLACES) + 1


def test_reset__new_model_of_a_site__is_removed_or_kept_on_purpose():
    """Whoever adds a model with a site decides here what a reset does with it."""
    of_events = {Alias, Conversion, Event, Reaction, Rejected, Settled, Tally, UnitTotal}
    known = {*reset.owned(), *reset.KEPT, *of_events}
    with_site = {
        model
        for model in apps.get_models()
        if {"site", "site_id"} & {f.attname for f in model._meta.concrete_fields}
    }
    assert with_site <= known


def test_reset__end_of_the_past__moves(demo):
    before = DemoSite.objects.get().anchor
    run_reset(demo)
    assert DemoSite.objects.get().anchor != before
