"""What of a design the snapshot carries."""

import logging

import pytest

from audiences import segments
from creatives import placements
from creatives.models import Placement
from delivery import snapshot
from engine.assignment import targeting
from engine.errors import IllegalMove, InvalidInput
from experiments import launch, layers, lifecycle, policies, publishing
from experiments.models import Experiment, Snapshot, Status, TestUnit
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = {"feature": "device", "op": "is", "value": "phone"}
OFTEN = {"feature": "visits", "op": "at_least", "value": 2}
NIGHT = {"any": [{"feature": "time.hour", "op": "at_least", "value": 22}, PHONE]}


def _publish(now):
    publishing.publish_if_changed(now=now)
    row = Snapshot.objects.first()
    return snapshot.decode(bytes(row.body), sha256=row.sha256)


def _entry(now):
    (entry,) = _publish(now).experiments
    return entry


def test_targeting__segment_and_own_rule__both_in_one_rule(now):
    site = factories.a_site()
    segment = factories.a_segment(site, "often", *OFTEN.values())
    own = {"all": [PHONE, NIGHT]}
    factories.an_experiment(site, status=Status.RUNNING, audience=segment, targeting=own)
    assert targeting.write(_entry(now).targeting) == {"all": [OFTEN, PHONE, NIGHT]}


def test_targeting__segment_changed__another_snapshot(now):
    site = factories.a_site()
    segment = factories.a_segment(site, "often", *OFTEN.values())
    factories.an_experiment(site, status=Status.RUNNING, audience=segment)
    _publish(now)
    segments.change(segment, name="phones", rule={"all": [PHONE]}, actor=None, now=now)
    assert targeting.write(_entry(now).targeting) == {"all": [PHONE]}
    assert Snapshot.objects.count() == 2


def test_targeting__none__everybody_and_a_draft_says_nothing(now):
    site = factories.a_site()
    factories.an_experiment(site, status=Status.RUNNING, traffic_share=50)
    factories.an_experiment(site, targeting={"all": [PHONE]})
    assert [entry.targeting for entry in _publish(now).experiments] == [None, None]


def test_targeting__spoilt_by_hand__left_out_instead_of_shown_to_everybody(now, caplog):
    experiment = factories.an_experiment(status=Status.RUNNING)
    Experiment.objects.filter(pk=experiment.pk).update(targeting={"all": "nobody"})
    with caplog.at_level(logging.ERROR):
        assert _publish(now).experiments == ()
    assert "no rule" in caplog.text


@pytest.mark.parametrize(("item", "profiles"), [(PHONE, False), (NIGHT, False), (OFTEN, True)])
def test_site__rule_on_profiles__turns_them_on(item, profiles, now):
    factories.an_experiment(targeting={"all": [item]})
    assert _publish(now).sites[0].profiles is profiles


def test_places__several__each_with_its_own_sources_and_channel(now):
    site = factories.a_site()
    first = factories.a_placement(site, "hero", layer="home")
    second = factories.a_placement(
        site, "mail", layer="home", page_type="email", width=600, height=200
    )
    experiment = factories.an_experiment(site, placement=first)
    experiment.also_on.add(second)
    experiment.variants.filter(key="b").update(placement=second)
    lifecycle.start(experiment, actor=None, now=now)
    experiment.also_on.add(factories.a_placement(factories.a_site("other"), "theirs"))
    made = _publish(now)
    (entry,) = made.experiments
    assert (entry.placement_id, entry.also_on) == (first.pk, (second.pk,))
    assert [variant.only_on for variant in entry.variants] == [0, second.pk]
    for variant in entry.variants:
        assert [one.placement_id for one in variant.elsewhere] == [second.pk]
        assert variant.elsewhere[0].creative.key == variant.creative.key
    channels = {place.key: place.channel for place in made.placements}
    assert (channels["hero"], channels["mail"]) == ("web", "email")


def test_places__variant_shown_where_the_experiment_is_not__left_out(now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    other = factories.a_placement(experiment.site, "other")
    experiment.variants.filter(key="b").update(placement=other)
    assert _publish(now).experiments == ()


def test_block__hours__as_seconds(now):
    factories.an_experiment(status=Status.RUNNING, unit="block", block_hours=6)
    assert _entry(now).block_seconds == 21_600


@pytest.mark.parametrize(
    ("status", "before", "said"),
    [
        ("in_review", "", "draft"),
        ("scheduled", "", "draft"),
        ("archived", "draft", "draft"),
        ("archived", "", "draft"),
        ("archived", "decided", "decided"),
    ],
)
def test_status__of_what_waits_or_is_put_away__known_to_the_data_plane(status, before, said, now):
    experiment = factories.an_experiment(status=Status.RUNNING)
    rows = Experiment.objects.filter(pk=experiment.pk)
    rows.update(status=status, archived_from=before)
    entry = _entry(now)
    assert entry.status == said
    assert entry.slice == (() if said == "draft" else ((0, 10_000),))


def test_testers__of_a_draft__bring_its_banners_along(now):
    experiment = factories.an_experiment()
    assert _entry(now).variants == ()
    variant = experiment.variants.get(key="b")
    TestUnit.objects.create(
        experiment=experiment, variant=variant, pseudonym="ab" * 16, label="Mei"
    )
    entry = _entry(now)
    assert entry.test_units == (snapshot.ForcedEntry("ab" * 16, variant.pk),)
    assert [v.key for v in entry.variants] == ["a", "b"]
    assert (entry.status, entry.seed, entry.slice) == ("draft", "", ())


def test_plan_in_review__a_banner_is_not_approved__only_the_others_can_be_tested(now):
    experiment = factories.an_experiment()
    unseen = factories.a_creative(experiment.site, approved=False)
    experiment.variants.filter(key="b").update(creative=unseen)
    Experiment.objects.filter(pk=experiment.pk).update(status=Status.IN_REVIEW)
    assert [variant.key for variant in _entry(now).variants] == ["a"]


# what goes with it: layers, placements, launch, policies


@pytest.fixture
def shelf(now):
    """An experiment on two placements of a layer, with a fifth of its visitors."""
    site = factories.a_site()
    first, second = (factories.a_placement(site, key, layer="home") for key in ("one", "two"))
    experiment = factories.an_experiment(site, placement=first, traffic_share=20)
    experiment.also_on.add(second)
    lifecycle.start(experiment, actor=None, now=now)
    return experiment


def test_layer__moved_by_hand__both_layers_know_who_holds_their_visitors(shelf):
    second = shelf.also_on.get()
    Placement.objects.filter(pk=second.pk).update(layer="elsewhere")
    second.refresh_from_db()
    assert list(layers.neighbours(second)) == [shelf]
    assert list(layers.neighbours(shelf.placement)) == [shelf]
    assert layers.free_share(second) == 80


def test_placement__also_shows_an_experiment__keeps_its_layer_and_stays(shelf, now):
    second = shelf.also_on.get()
    second.layer = "elsewhere"
    with pytest.raises(IllegalMove):
        placements.change(second, actor=None, now=now)
    with pytest.raises(IllegalMove):
        placements.remove(second, actor=None, now=now)


def test_launch__same_banner_at_two_positions__is_a_comparison(now):
    experiment = factories.an_experiment()
    a, b = experiment.variants.all()
    a.creative, a.placement = b.creative, factories.a_placement(experiment.site, "other")
    codes = {found.code for found in launch.problems_of(experiment, [a, b], now=now)}
    assert "same_creative" not in codes
    a.placement = None
    codes = {found.code for found in launch.problems_of(experiment, [a, b], now=now)}
    assert "same_creative" in codes


def test_policy__in_blocks_of_hours__only_a_fixed_split(now):
    draft = factories.an_experiment(unit="block", block_hours=2, policy="thompson")
    assert "policy" in {found.code for found in launch.problems(draft, now=now)}
    site = factories.a_site("second")
    running = factories.an_experiment(site, status=Status.RUNNING, unit="block", block_hours=2)
    with pytest.raises(InvalidInput):
        policies.change(running, policy="thompson", exploration_share=10, actor=None, now=now)
