"""Who sees what and who is counted is said as it will be, whatever the plan."""

import pytest

from audiences.models import Segment
from creatives.models import Placement
from experiments.models import Experiment, Variant
from experiments.start_consequence import of_start
from workspace.models import Site

HERO, STRIP = Placement(pk=1, name="Hero"), Placement(pk=2, name="Strip")
EVENING = {"all": [{"feature": "time.hour", "op": "at_least", "value": 18}]}
PHONES = Segment(pk=3, name="Phones", rule={"all": []})


def said(*, also_on=(), holdout_share=0, second_on=None, **fields):
    site = Site(key="shop", holdout_share=holdout_share)
    experiment = Experiment(site=site, placement=HERO, **fields)
    variants = [
        Variant(key=key, name=key.upper(), placement=place)
        for key, place in (("a", None), ("b", second_on))
    ]
    return of_start(experiment, variants, also_on)


def test_sees__everybody__every_visitor():
    assert said().sees == (
        "Within five seconds every visitor of “Hero” sees one variant: A 50 %, B 50 %."
    )


@pytest.mark.parametrize("share", [100, 40])
def test_sees__segment_and_rule__not_everybody(share):
    sees = said(audience=PHONES, targeting=EVENING, traffic_share=share).sees
    assert "every visitor" not in sees
    assert "in the segment “Phones” who" in sees
    assert ("40 % of those" in sees) == (share == 40)


@pytest.mark.parametrize("fields", [{"audience": PHONES}, {"targeting": EVENING}])
def test_sees__one_of_the_two__not_everybody(fields):
    assert "The others go on seeing the default. Who takes part: Everybody " in said(**fields).sees


def test_said__blocks_of_hours__same_for_all_and_the_block_is_counted():
    found = said(unit=Experiment.Unit.BLOCK, block_hours=6)
    assert "the same one for 6 hours" in found.sees
    assert found.counts.startswith("Each block of hours is counted as a whole")


def test_sees__several_places__all_and_what_is_on_one_only():
    sees = said(also_on=(STRIP,), second_on=STRIP).sees
    assert "every visitor of “Hero”, “Strip” sees" in sees
    assert sees.endswith(
        "“B” is shown on “Strip” only: elsewhere its visitors see the default, and count."
    )


def test_sees__holdout__its_visitors_see_the_default():
    assert said(holdout_share=5).sees.endswith("Visitors of the site's holdout see the default.")
