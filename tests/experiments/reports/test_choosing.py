"""A policy against chance: honest sentences in every state, and nothing per variant to compare."""

from dataclasses import replace

import pytest

from engine.stats import stratified
from engine.stats.metrics import metric
from experiments.reports import card, forest, health_words, sentences, shares, tables, verdict
from experiments.reports.mix import Mix
from experiments.reports.payload import (
    CHANCE_ID,
    METHOD_BY_DAY,
    POLICY_ID,
    ReportData,
    State,
    decode,
    encode,
)
from experiments.reports.verdict import Kind
from tests.experiments.reports.policies import BETTER, CASES, a_mix, a_policy_report
from tests.experiments.reports.states import DAY, NOW, _spread, use


class Running:
    status = stage = "running"


@pytest.mark.parametrize("kind", CASES)
@pytest.mark.parametrize("policy", ["thompson", "rules"])
def test_verdict__each_state__is_found_and_says_what_it_is(kind, policy):
    data = a_policy_report(*CASES[kind], kind=policy)
    found = verdict.decide(data)
    assert found.kind == kind
    shown = card.card_of(Running, data, found)
    said = " ".join([shown.word, shown.headline, shown.detail, *(r.text for r in shown.reasons)])
    assert "%(" not in said
    assert ":policy" not in said
    assert ":chance" not in said
    assert "everywhere" not in str(shown.action)


def test_headline__choosing_pays__compares_it_with_chance():
    data = a_policy_report(*BETTER)
    found = verdict.decide(data)
    assert sentences.headline(data, found).startswith("Choosing by what is clicked brings between")
    assert sentences.headline(data, found).endswith("more clicks than chance.")
    assert sentences.word(found.kind, data, found) == "Choosing pays off"


def test_headline__rules__names_segments():
    data = a_policy_report(*CASES["keep_control"], kind="rules")
    said = sentences.headline(data, verdict.decide(data))
    assert said.startswith("Choosing by segment did worse than chance: it loses between")


def test_action__choosing_pays__is_nothing_to_press():
    data = a_policy_report(*BETTER)
    action = card.action_of(Running, data, verdict.decide(data))
    assert (action.text, action.decide, action.primary) == ("Decide", "", False)
    assert "Keep it choosing" in action.note


def test_action__ended__asks_for_one_banner():
    data = a_policy_report(*BETTER, ended_at=NOW)
    action = card.action_of(Running, data, verdict.decide(data))
    assert "chooses no more" in action.note
    assert action.primary


def test_collecting__early__shows_no_range():
    data = a_policy_report(*BETTER, started_at=NOW - 2 * DAY, days=2)
    found = verdict.decide(data)
    assert found.kind is Kind.COLLECTING
    assert card.card_of(Running, data, found).picture is None


def test_effects__every_metric__is_compared_within_days():
    data = a_policy_report(*BETTER)
    old, new = (_spread(side, 14) for side in BETTER)
    assert data.method == METHOD_BY_DAY
    for effect in (one for one in data.effects if one.gap is None):
        assert (effect.arm, effect.method) == (POLICY_ID, "stratified")
        assert effect.p == pytest.approx(stratified.compare(metric(effect.metric), old, new).p)
    (primary,) = data.primary()
    values = [data.value("ctr", arm).value for arm in (CHANCE_ID, POLICY_ID)]
    assert primary.difference == pytest.approx(values[1] - values[0])


def test_split__shares_of_the_slice__are_checked():
    assert not a_policy_report(*BETTER).split.alarm
    broken = a_policy_report(*CASES["check_data"])
    assert broken.split.alarm
    assert verdict.decide(broken).kind is Kind.CHECK_DATA


def test_health__several_variants__does_not_apply_and_says_why():
    data = a_policy_report(*BETTER)
    (check,) = [one for one in health_words.explain_all(data) if one.key == "several"]
    assert check.state is State.NOT_APPLICABLE
    assert "Does not apply" in check.finding
    assert not check.remedy


@pytest.mark.parametrize("kind", [*CASES])
def test_health__every_finding__has_words(kind):
    for one in health_words.explain_all(a_policy_report(*CASES[kind])):
        assert one.finding
        assert "%(" not in one.finding + one.remedy


def test_comparisons__per_variant__do_not_exist():
    data = a_policy_report(*BETTER)
    assert data.all_arms is None
    assert {effect.arm for effect in data.effects} == {POLICY_ID}
    assert [row[1] for row in tables.comparisons(data).rows] == ["The policy"] * len(
        tables.comparisons(data).rows
    )
    assert [row[0] for row in tables.variants(data).rows] == ["By chance · control", "The policy"]
    assert forest.forest(data).title == "All metrics, policy against chance"


def test_method__of_a_policy__tells_of_slice_and_days():
    said = " ".join(tables.method(a_policy_report(*BETTER)))
    assert "20% of the visitors, drawn by chance" in said
    assert "came in the same days" in said
    assert "Welch" not in said


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({}, "each day has a bound of its own"),
        ({"reading": "open"}, "confidence sequence"),
        ({"planned_days": 0}, "read once, when the planned visitors"),
    ],
)
def test_method__of_each_reading__says_when_it_may_be_read(plan, words):
    data = use()
    said = " ".join(tables.method(replace(data, design=replace(data.design, **plan))))
    assert words in said


def test_payload__with_mix__survives_the_way_through_json():
    data = a_policy_report(*BETTER)
    assert decode(encode(data)) == data


def test_payload__from_before_policies__still_reads():
    payload = encode(use())
    del payload["mix"]
    del payload["design"]["policy"]
    data = decode(payload)
    assert isinstance(data, ReportData)
    assert (data.mix, data.design.policy, data.design.adaptive) == (None, "fixed", False)
    assert shares.shown(data, {}) is None


def test_shares__learning__shows_share_and_chance_but_no_click_rate():
    found = shares.shown(a_policy_report(*BETTER), {})
    assert [(row.name, row.share, row.best) for row in found.rows] == [
        ("A", "5.0%", "< 0.1%"),
        ("B", "90.0%", "> 99.9%"),
        ("C", "5.0%", "< 0.1%"),
    ]
    assert "Version 17" in found.state
    assert "goes on learning" in found.state


def test_shares__held__says_that_nothing_newer_comes():
    data = a_policy_report(*BETTER, mix=a_mix(held=True))
    found = shares.shown(data, {})
    assert found.held
    assert "held" in found.state


def test_shares__nothing_learned_yet__says_so():
    mix = a_mix(days=1)
    data = a_policy_report(*BETTER, mix=Mix(mix.parts, mix.days))
    found = shares.shown(data, {})
    assert "Nothing has been learned yet" in found.state
    assert found.chart is None


def test_shares__rules__are_those_of_the_newest_day():
    found = shares.shown(a_policy_report(*BETTER, kind="rules"), {})
    assert found.share_head == "Share on 2026-11-21"
    assert [row.share for row in found.rows] == ["10.0%", "80.0%", "10.0%"]
    assert not found.learns


def test_shares_chart__stacks_to_a_whole_and_tells_parts_apart_without_colour():
    chart = shares.over_time(a_mix(variants=6))
    bars = chart.figure["data"]
    for day in range(14):
        assert sum(bar["y"][day] for bar in bars) == pytest.approx(100)
    looks = {(bar["marker"]["color"], bar["marker"]["pattern"]["shape"]) for bar in bars}
    assert len(looks) == 6
    assert [note["text"] for note in chart.figure["layout"]["annotations"]] == ["2 · 80%"]
    assert len(chart.rows) == 14
    assert "B was shown most: 80.0%" in chart.summary


def test_mix__day_without_a_variant__counts_as_nothing_shown():
    mix = a_mix(days=2)
    gone = Mix(mix.parts, mix.days[:-1])
    assert gone.shares()[mix.days[-1].day][3] == 0
