"""The past of the demo, through a real data plane into the ordinary reports."""

from dataclasses import replace

import pytest
from django.utils import timezone

from delivery.index import index
from delivery.protocols import growthbook
from demo import compositions, data, history, loop_stories, storybook
from demo.models import DemoSite, Parcel
from demo.parcels import Counter
from demo.storybook import STORIES
from events import rollup
from events.models import Event, UnitTotal
from experiments import lifecycle, publishing
from experiments.models import Experiment, Report, Status
from tests.demo.test_storybook import LIVED, VERDICTS
from workspace import jobs
from workspace.models import AuditEntry, Job

STATUSES = {
    "autumn-hero": "decided",
    "cart-returns": "decided",
    "weekend-or-bundle": "decided",
    "search-gift": "stopped",
    "product-care": "stopped",
    "category-strip-coffee": "running",
    "clearance-last-pairs": "running",
    "product-returns": "running",
    "side-linen": "running",
    "search-shoes": "paused",
    "cart-nudge": "draft",
    "hero-for-you": "running",
    "promotion-bandit": "running",
    compositions.EXPERIMENT: "running",
}
UNSEEN = {"search-shoes": "no_data", "cart-nudge": "no_data"}
CHOSEN = {"hero-for-you": "use", "promotion-bandit": "use"}
"""Whose banner is chosen: it pays, with the declared worlds, in all but one of a thousand pasts."""


class Killed(BaseException):
    """What a handler never sees coming."""


def bring_in(demo, tell=lambda *_: None):
    return history.bring_in(demo, tell=tell, clock=timezone.now)


def counted():
    rollup.run(now=timezone.now())
    kinds = ("impression", "click", "viewable", "add_to_cart", "purchase", "refund")
    return {kind: Event.objects.filter(kind=kind).count() for kind in kinds} | {
        # Those who were given a variant and never saw it are in the log too.
        "units": UnitTotal.objects.exclude(first_exposed_at=None).count()
    }


def test_past__fresh_site__every_verdict_there_is_and_again_adds_nothing(living):
    job = data.ask_for_history(living.site, actor=None, now=timezone.now())
    done = jobs.run(job.pk, now=timezone.now())
    assert done.status == Job.Status.DONE, done.error
    assert done.result["left"] == {}
    assert (done.progress, done.total) == (60, 60)
    found = dict(Report.objects.values_list("experiment__key", "verdict"))
    assert found == VERDICTS | CHOSEN | UNSEEN
    assert dict(Experiment.objects.values_list("key", "status")) == STATUSES
    assert [row.key for row in Experiment.objects.filter(local=True)] == ["side-linen"]
    assert set(features()) == {"side-linen"}
    chosen = loop_stories.PERSONAL_VISITS + loop_stories.LEARNING_VISITS
    sent = sum(Parcel.objects.values_list("shoppers", flat=True))
    assert done.result["shoppers"] == sent + chosen
    assert history.is_whole(living)
    # Nothing of it is anybody's merit, and nothing is left to be sent.
    assert not AuditEntry.objects.exclude(actor=None).exists()
    assert not Parcel.objects.filter(sent_at=None).exists()
    check_what_came()
    before = counted()
    assert bring_in(living).shoppers == 0
    assert counted() == before


def features():
    """What GrowthBook's SDKs get of the demo."""
    live = index(publishing.compile_snapshot(now=timezone.now()), version=1, as_of=0.0)
    [site] = live.sites.values()
    return growthbook.payload(live, site)


def check_what_came():
    """Groups, refunds, programs and assignments are in the log, and decisions have their record."""
    decided = Experiment.objects.get(key="autumn-hero")
    seen = UnitTotal.objects.filter(experiment_id=decided.pk).exclude(first_exposed_at=None)
    assert set(seen.values_list("device", flat=True)) == {"phone", "desktop"}
    assert set(seen.values_list("locale", flat=True)) == {"zh", "en"}
    events = Event.objects.filter(site_id=decided.site_id)
    for kind in ("refund", "assigned"):
        assert events.filter(kind=kind).exists(), kind
    programs = events.filter(kind="impression", mark="prefetch")
    assert programs.count() == sum(story.programs for story in STORIES) > 0
    assert (decided.recommended, decided.next_step) == ("use:b", "roll_out")
    assert decided.takeaways
    assert decided.tags


@pytest.fixture
def short(monkeypatch):
    """Two stories of one slot, small, one after the other."""
    first = replace(STORIES[0], begins=6, lasts=3, per_arm=60)
    second = replace(
        STORIES[0], key="second", begins=2, lasts=2, per_arm=50, end=None, banners=first.banners
    )
    for module in (history, storybook):
        monkeypatch.setattr(module, "STORIES", (first, second))
    monkeypatch.setattr(loop_stories, "GOING_ON", ())
    return (first, second)


def expected(living, stories):
    return sum(sum(s.quotas(d, living.anchor).values()) for s in stories for d in range(s.lasts))


@pytest.mark.parametrize("death", [1, 3, 56, 59, 62])
def test_past__worker_killed_at_any_step__next_one_goes_on_and_nothing_counts_twice(
    living, short, death
):
    steps = iter(range(1_000))

    def tell(*_words):
        if next(steps) == death:
            raise Killed

    with pytest.raises(Killed):
        bring_in(living, tell)
    bring_in(living)
    assert counted()["units"] == expected(living, short)


def test_past__killed_after_sending__the_same_parcel_counts_once(living, short, monkeypatch):
    whole, sent = Counter.send, []

    def send(counter, events):
        whole(counter, events)
        sent.append(len(events))
        if len(sent) == 2:
            raise Killed

    monkeypatch.setattr(Counter, "send", send)
    with pytest.raises(Killed):
        bring_in(living)
    assert Parcel.objects.filter(sent_at=None).count() == 1
    bring_in(living)
    assert sent[2] == sent[1]  # again
    found = counted()
    assert found["units"] == expected(living, short)
    assert sum(found.values()) - found["units"] == sum(sent) - sent[1]


def test_past__somebodys_own_test_on_the_slot__is_left_alone(living, short):
    bring_in(living)
    experiment = Experiment.objects.get(key="second")
    lifecycle.pause(experiment, actor=None, now=timezone.now())
    Parcel.objects.filter(story="second", day=1).delete()
    assert bring_in(living).shoppers == 0
    experiment.refresh_from_db()
    assert experiment.status == Status.PAUSED


def test_past__experiment_of_the_same_key_from_another_time__is_left_alone(living, short):
    past = bring_in(living)
    assert past.left == {}
    Experiment.objects.filter(key="second").update(started_at=timezone.now())
    assert set(bring_in(living).left) == {"second"}


def test_past__reset_meanwhile__stops(living, short):
    def tell(*_words):
        DemoSite.objects.update(anchor=timezone.now())

    with pytest.raises(jobs.LeaseLost):
        bring_in(living, tell)


def test_past__data_plane_away__job_says_so_and_can_go_on(living, short, settings):
    there, settings.DELIVERY_URL = settings.DELIVERY_URL, "http://127.0.0.1:9"
    job = data.ask_for_history(living.site, actor=None, now=timezone.now())
    done = jobs.run(job.pk, now=timezone.now())
    assert done.status == Job.Status.FAILED
    assert "does not answer" in done.error
    assert data.failed(living.site) == done
    settings.DELIVERY_URL = there
    again = data.ask_for_history(living.site, actor=None, now=timezone.now())
    assert jobs.run(again.pk, now=timezone.now()).status == Job.Status.DONE
    assert data.failed(living.site) is None
    assert counted()["units"] == expected(living, short)


def test_stories__lived__as_many_as_told():
    assert len(LIVED) == len(VERDICTS)
