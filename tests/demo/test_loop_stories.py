"""The two stories that go on, with their past, through a real data plane."""

import datetime as dt
from collections import Counter

import pytest
from django.utils import timezone

from audiences.models import Segment
from banner_lab.stack.processes import wait_until
from demo import loop_stories
from demo.shoppers import Door
from events import store
from events.models import Event
from experiments.models import Experiment, Parameters
from tests import factories
from tests.doors import a_banner
from workspace.models import AuditEntry, Site

pytest_plugins = ("tests.door_fixtures",)
pytestmark = pytest.mark.usefixtures("transactional_db")

NOW = timezone.now
PATIENCE = dt.timedelta(seconds=60)  # on a machine that does other things besides
BANNERS = (
    *("hero-welcome", "hero-light", "hero-harvest", "hero-shoes", "hero-trail", "hero-boots"),
    *("hero-kitchen", "hero-hearth", "promo-weekend", "promo-bundle", "promo-members"),
)


@pytest.fixture
def transactional_db(committed_world) -> None:
    """In this module what is committed stays to its end, see `tests.door_fixtures`."""


@pytest.fixture
def site(world) -> Site:
    """A shop of its own for every test, with the key of the module's shop."""
    Experiment.objects.exclude(pk=world.experiment.pk).delete()
    return world.site


@pytest.fixture
def shown(site):
    known = {creative.key: creative for creative in site.creatives.filter(key__in=BANNERS)}
    return known | {key: a_banner(site, key) for key in BANNERS if key not in known}


@pytest.fixture
def places(site, shown):
    keys = {"home-hero": "for-you", "promotion-hero": "promotions"}
    return {
        name: factories.a_placement(site, key, fallback=shown["hero-welcome"])
        for name, key in keys.items()
    }


@pytest.fixture
def few(monkeypatch):
    """A past short enough for every commit."""
    monkeypatch.setattr(loop_stories, "LEARNING_VISITS", 700)
    monkeypatch.setattr(loop_stories, "LEARNING_ROUNDS", 7)
    monkeypatch.setattr(loop_stories, "PERSONAL_VISITS", 300)
    monkeypatch.setattr(loop_stories, "PERSONAL_ROUNDS", 5)
    # So plain that 700 visits find it, in every run.
    rates = dict.fromkeys(BANNERS, 0.08) | {"promo-bundle": 0.5}
    monkeypatch.setattr(loop_stories, "PROMOTIONS", rates)


def door_of(granian, world) -> Door:
    return Door(f"http://127.0.0.1:{granian.port}", world.sk)


def test_segments__made_twice__there_once_with_their_rule(site):
    made = [loop_stories.make_segments(site, None, NOW()) for _ in range(2)]
    assert made[0] == made[1]
    assert set(made[0]) == {"likes-shoes", "likes-kitchen"}
    assert made[0]["likes-kitchen"].rule["all"][0] == {
        "feature": "affinity.category.kitchen", "op": "at_least", "value": 2,
    }  # fmt: skip
    rows = AuditEntry.objects.filter(action="create", object_key__startswith="likes-")
    assert rows.count() == 2


def test_personalised__all_banners_there__each_kind_has_its_own(site, shown, places):
    now = NOW()
    made = loop_stories.personalised(site, shown, places, None, now)
    assert (made.policy, made.status, made.exploration_share) == ("rules", "running", 30)
    assert made.started_at == now - dt.timedelta(days=21)
    rules = {rule.segment.key: set(rule.weights) for rule in made.rules.all()}
    assert rules == {
        "likes-shoes": {"hero-shoes", "hero-trail"},
        "likes-kitchen": {"hero-kitchen", "hero-hearth"},
    }
    assert loop_stories.personalised(site, shown, places, None, now) == made


def test_personalised__only_the_old_banners__falls_back_on_them(site, shown, places):
    old = {key: shown[key] for key in ("hero-welcome", "hero-trail", "hero-hearth", "hero-light")}
    made = loop_stories.personalised(site, old, places, None, NOW())
    assert {rule.segment.key: set(rule.weights) for rule in made.rules.all()} == {
        "likes-shoes": {"hero-trail"},
        "likes-kitchen": {"hero-hearth"},
    }


def test_bandit__banners_of_other_sizes__left_out(site, shown, places):
    flat = factories.a_creative(site, "Flat", size=(1200, 300), approved=False)
    found = shown | {"hero-harvest": flat}
    made = loop_stories.bandit(site, found, places, None, NOW())
    keys = list(made.variants.values_list("key", flat=True))
    assert keys == ["promo-weekend", "promo-bundle", "promo-members"]


def test_bandit__no_promotions_yet__falls_back_on_heroes(site, shown, places):
    old = {key: shown[key] for key in ("hero-welcome", "hero-light", "hero-hearth", "hero-harvest")}
    made = loop_stories.bandit(site, old, places, None, NOW())
    assert made.variants.count() == 4


@pytest.mark.usefixtures("few")
def test_personalised_history__a_few__dated_over_three_weeks_and_once(
    world, granian, site, shown, places
):
    now = NOW()
    made = loop_stories.personalised(site, shown, places, None, now)
    granian.follow(world.publish())
    door = door_of(granian, world)
    assert loop_stories.personalised_history(made, door, now=now) == 300
    seen = Event.objects.filter(experiment_id=made.pk, kind="impression")
    # While the database was thought away, events wait on the disk for a moment.
    assert wait_until(lambda: seen.count() == 300, seconds=10)
    days = {at.date() for at in seen.values_list("occurred_at", flat=True)}
    assert len(days) >= 18
    assert min(days) >= made.started_at.date()
    looked = Event.objects.filter(site_id=site.pk, kind="product_view")
    assert looked.filter(occurred_at__gte=now).count() == looked.count() > 400
    assert loop_stories.personalised_history(made, door, now=now) == 0
    assert seen.count() == 300


@pytest.mark.usefixtures("few")
def test_bandit_history__a_few__shares_move_to_the_best(world, granian, site, shown, places):
    made = past_of_bandit(world, granian, loop_stories.bandit(site, shown, places, None, NOW()))
    best = made.variants.get(key="promo-bundle").pk
    assert shares(made, last_days=15)[best] > 0.6
    # Often the first round tells all: later ones learn nothing new, the others are at the floor.
    newest = Parameters.objects.filter(experiment=made).order_by("version").last()
    assert max(newest.widths, key=newest.widths.get) == str(best)


@pytest.mark.long
def test_histories__whole__quick_enough_for_a_first_start(world, granian, site, shown, places):
    made = loop_stories.personalised(site, shown, places, None, NOW())
    granian.follow(world.publish())
    begun = NOW()
    assert loop_stories.personalised_history(made, door_of(granian, world), now=begun) == 2_400
    assert NOW() - begun < PATIENCE
    begun = NOW()
    made = past_of_bandit(world, granian, loop_stories.bandit(site, shown, places, None, begun))
    assert NOW() - begun < PATIENCE
    assert max(shares(made, last_days=10).values()) > 1 / 3


def past_of_bandit(world, granian, made: Experiment) -> Experiment:
    """Bring the past in; a second time nothing comes."""
    granian.follow(world.publish())
    door, now = door_of(granian, world), NOW()
    came = [loop_stories.bandit_history(made, door, now=now) for _ in range(2)]
    assert came == [loop_stories.LEARNING_VISITS, 0]
    return made


def shares(experiment: Experiment, *, last_days: int) -> dict[int, float]:
    """Each variant's share of the impressions of the last days."""
    phase = (experiment.pk, experiment.phase)
    first = NOW().date() - dt.timedelta(days=last_days)
    by_day = store.shown_of([phase])[phase]
    assert len({one.day for one in by_day}) >= 28
    seen = Counter()
    for one in by_day:
        seen[one.variant_id] += one.impressions * (one.day >= first)
    return {variant: count / seen.total() for variant, count in seen.items()}


def test_segments__used_by_the_story__belong_to_the_site(site, shown, places):
    loop_stories.personalised(site, shown, places, None, NOW())
    assert Segment.objects.filter(site=site, key__startswith="likes-").count() == 2
