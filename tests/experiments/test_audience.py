"""Who takes part: the segment and the own rule together, in words and in numbers."""

import pytest

from audiences.preview import Sample, Size
from engine.assignment import targeting
from engine.errors import InvalidInput
from engine.profiles.state import Profile
from experiments import audience
from experiments.models import Experiment
from tests import factories

pytestmark = pytest.mark.django_db
EVENING = {"all": [{"feature": "time.hour", "op": "at_least", "value": 18}]}
PHONE = {"all": [{"feature": "device", "op": "is", "value": "phone"}]}


def _experiment(**fields) -> Experiment:
    return factories.an_experiment(**fields)


def _regulars():
    return factories.a_segment(factories.a_site(), "regulars", "visits", "at_least", 3)


def test_rule_of__neither__everybody():
    experiment = _experiment()
    assert audience.rule_of(experiment) is None
    assert audience.words_of(experiment) == "Everybody."


def test_rule_of__segment_and_rule__both_must_hold():
    experiment = _experiment(audience=_regulars(), targeting=EVENING)
    matches = targeting.compile(audience.rule_of(experiment))
    known = {"visits": 3, "time.hour": 18}
    assert matches(known.get)
    for name in known:
        assert not matches((known | {name: 1}).get)
    assert audience.words_of(experiment) == (
        "Everybody in the segment “regulars” who comes when the hour is at least 18."
    )


def test_words_of__only_one_of_both__a_whole_sentence():
    assert audience.words_of(_experiment(audience=_regulars())) == (
        "Everybody in the segment “regulars”."
    )
    assert audience.words_of(_experiment(targeting=PHONE)) == (
        "Everybody who uses a device that is “phone”."
    )


@pytest.mark.parametrize(
    ("document", "field"),
    [({"all": []}, "targeting.all"), ({"any": []}, "targeting"), ([1], "targeting")],
)
def test_read__no_rule__refused_with_the_place(document, field):
    with pytest.raises(InvalidInput) as refused:
        audience.read(document)
    assert refused.value.field == field


def test_words_of__a_rule_written_past_the_use_cases__said():
    assert "cannot be read" in audience.words_of(_experiment(targeting={"x": 1}))


def test_size__of_a_sample__those_who_match():
    site = factories.a_site()
    found = audience.of(_experiment(audience=_regulars()))
    sample = Sample((Profile(), Profile()), complete=True)
    assert audience.size(found, site, now_ms=0, sample=sample) == Size(0, 2, True, False)


def test_size__everybody__is_not_counted():
    assert audience.size(audience.Audience(), factories.a_site(), now_ms=0) is None
