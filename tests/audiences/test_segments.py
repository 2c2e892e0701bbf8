"""Segments as use-cases: made, changed, deleted, recorded."""

import pytest
from django.core.exceptions import ValidationError

from audiences import segments
from audiences.models import Segment
from engine.errors import Conflict, IllegalMove, InvalidInput
from experiments.models import PolicyRule
from tests.factories import a_site, an_experiment
from workspace.models import AuditEntry

pytestmark = pytest.mark.django_db
RULE = {"all": [{"feature": "visits", "op": "at_least", "value": 3}]}
OTHER = {"all": [{"feature": "orders", "op": "is", "value": 0}]}


def _made(site, now, **fields):
    return segments.create(
        site, **({"name": "Regulars", "rule": RULE} | fields), actor=None, now=now
    )


def test_create__name_only__key_from_it_and_recorded(site, now):
    segment = _made(site, now, name="  Running   shoes ")
    assert (segment.key, segment.name, segment.rule) == ("running-shoes", "Running shoes", RULE)
    entry = AuditEntry.objects.get(object_type="segment")
    assert (entry.action, entry.object_key, entry.after["rule"]) == (
        "create",
        "running-shoes",
        RULE,
    )


@pytest.mark.parametrize(
    ("name", "key"), [("Regulars", "regulars-2"), ("老客", "segment"), ("New", "new-2")]
)
def test_create__key_taken_or_none__another_one(site, now, name, key):
    _made(site, now)
    assert _made(site, now, name=name).key == key


def test_create__rule_is_none__refused_with_its_place(site, now):
    with pytest.raises(InvalidInput) as caught:
        _made(site, now, rule={"all": [{"feature": "mood", "op": "is", "value": 1}]})
    assert caught.value.field == "rule.all[0].feature"
    assert not Segment.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_create__no_name__refused(site, now, name):
    with pytest.raises(InvalidInput) as caught:
        _made(site, now, name=name)
    assert caught.value.field == "name"


def test_create__own_key_taken__refused(site, now):
    _made(site, now, key="mine")
    for key in ("mine", "new"):
        with pytest.raises(Conflict) as caught:
            _made(site, now, key=key)
        assert caught.value.field == "key"


def test_create__fifty_there__refused_with_what_to_do(site, now):
    for number in range(segments.MOST_SEGMENTS):
        Segment.objects.create(site=site, key=f"s{number}", name="S", rule=RULE)
    with pytest.raises(Conflict, match="at most 50"):
        _made(site, now)
    _made(a_site("other"), now)


def test_change__other_rule__recorded_with_before_and_after(site, now):
    segment = _made(site, now)
    segments.change(segment, name="Newcomers", rule=OTHER, actor=None, now=now)
    segment.refresh_from_db()
    assert (segment.name, segment.key, segment.rule) == ("Newcomers", "regulars", OTHER)
    entry = AuditEntry.objects.get(action="change")
    assert (entry.before["rule"], entry.after["rule"]) == (RULE, OTHER)


def test_change__nothing_new__no_row_in_the_log(site, now):
    segments.change(_made(site, now), name="Regulars", rule=RULE, actor=None, now=now)
    assert not AuditEntry.objects.filter(action="change").exists()


def test_delete__unused__gone_and_recorded(site, now):
    segments.delete(_made(site, now), actor=None, now=now)
    assert not Segment.objects.exists()
    assert AuditEntry.objects.get(action="delete").before["rule"] == RULE


def test_delete__in_use__refused_by_name_and_nothing_recorded(site, now):
    segment = _made(site, now)
    experiment = an_experiment(site, "hero", name="Spring hero")
    PolicyRule.objects.create(
        experiment=experiment, position=0, segment=segment, weights={"a": 1, "b": 1}
    )
    with pytest.raises(IllegalMove, match="Spring hero"):
        segments.delete(segment, actor=None, now=now)
    assert Segment.objects.exists()
    assert not AuditEntry.objects.filter(action="delete").exists()
    assert segments.of(site).get().tests == 1


def test_clean__broken_rule_in_the_back_office__refused(site):
    with pytest.raises(ValidationError, match=r"rule\.all"):
        Segment(site=site, key="x", name="X", rule={"all": []}).full_clean()
