"""Words around the report: both directions, what is missing, and what must never be said."""

import re
from dataclasses import replace

import pytest
from django.utils import translation

from experiments.reports import money_words, sections, verdict
from experiments.reports.findings import Alternative, Safety
from experiments.reports.gaps import Gap, GapCode, Span
from tests.experiments.reports import handmade
from tests.experiments.reports.handmade import STORIES, a_report, money

BANNED = re.compile(r"significan|proven|wins|99(\.\d+)?% sure|显著|已证明|胜出", re.IGNORECASE)


def with_findings(data, **changes):
    return replace(data, findings=replace(data.findings, **changes))


def sections_of(data):
    return sections.of(data, verdict.decide(data))


def line(data) -> str:
    return money_words.worth_line(data, verdict.decide(data))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", STORIES)
def test_sections__every_verdict__render_without_a_banned_word(kind, language):
    with translation.override(language):
        said = repr(sections_of(a_report(kind)))
    assert not BANNED.search(said)
    assert "%(" not in said


def test_sections__nothing_found__empty():
    found = sections_of(a_report("no_data"))
    parts = (found.guards, found.money, found.suspicious, found.cuts, found.beliefs)
    assert not any(parts)


def test_money__use__gain_costs_net_and_return_each_with_a_range():
    found = sections_of(a_report("use")).money
    rows = {row.name: row.amounts[0] for row in found.lines}
    assert rows["More revenue per week"].text == "+¥2,800"
    assert rows["More revenue per week"].span == "+¥2,200 to +¥3,400"
    assert rows["Creative, once"].text == "+¥800"
    assert rows["Return on the extra cost"].text == "+1,150%"
    assert rows["Price of waiting another week"].text == "¥90"
    said = " ".join(found.sentences)
    assert "For 18,400 visitors a week" in said
    assert "in 12 weeks of use" in said


def test_money__no_extra_cost__says_that_there_is_no_return_to_work_out():
    one = money(2, cost=0, cost_span=None, once=0, roi=None, roi_span=None)
    found = sections_of(with_findings(a_report("use"), money=(one,))).money
    assert "There is no extra cost, so there is no return on it to work out." in found.sentences
    assert [row.name for row in found.lines] == [
        "More revenue per week",
        "Price of waiting another week",
    ]


def test_money__return_unbounded__not_a_number_and_not_a_zero():
    one = money(2, roi=None, roi_span=None)
    found = sections_of(with_findings(a_report("use"), money=(one,))).money
    rows = {row.name: row.amounts[0].text for row in found.lines}
    assert rows["Return on the extra cost"] == "not measurable yet"


def test_money__revenue_not_recorded__the_reason_stands_in_its_place():
    gap = Gap(GapCode.NOT_RECORDED, "revenue")
    one = replace(money(2), gain=None, gain_span=None, net=None, net_span=None, gap=gap)
    data = with_findings(a_report("use"), money=(one,))
    rows = {row.name: row.amounts[0].text for row in sections_of(data).money.lines}
    assert rows["More revenue per week"] == "not recorded"
    assert line(data) == ""


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Span(220_000, 340_000, 0.95), "Worth +¥2,200 to +¥3,400 a week once everybody sees it"),
        (Span(-340_000, -220_000, 0.95), "It would cost ¥2,200 to ¥3,400 a week if everybody saw"),
        (Span(-60_000, 90_000, 0.95), "In money it is open: −¥600 to +¥900 a week"),
    ],
)
def test_worth_line__either_direction__range_and_level(span, said):
    data = with_findings(a_report("use"), money=(money(2, net_span=span),))
    assert said in line(data)
    assert line(data).endswith("(95% range).")


@pytest.mark.parametrize("kind", ["no_data", "collecting", "check_data"])
def test_worth_line__no_answer_yet__nothing(kind):
    assert line(a_report(kind)) == ""


def test_worth_line__yen__whole_units():
    data = a_report("use")
    data = replace(data, design=replace(data.design, currency="JPY"))
    one = money(2, net_span=Span(3.0, 8.0, 0.95))
    assert "JPY 3 to +JPY 8" in line(with_findings(data, money=(one,)))


def test_guards__all_three__harmed_first_with_its_margin():
    found = sections_of(a_report("your_call")).guards
    assert [guard.word for guard in found] == ["harmed", "not yet certain"]
    assert found[0].finding == "Changes by −14.0%: more is lost than the 5% that may be."
    safe = next(g for g in sections_of(a_report("use")).guards if g.word == "safe")
    assert "at worst −3.0% (one-sided 95% limit): within the 5%" in safe.finding


def test_guards__not_measured__says_what_is_lacking():
    data = a_report("use")
    gap = Gap(GapCode.TOO_FEW, "orders", 3, 5)
    bare = replace(
        data.findings.guards[0], safety=Safety.UNCLEAR, lift=None, low=None, high=None, gap=gap
    )
    found = sections_of(with_findings(data, guards=(bare,))).guards[0]
    assert "3 of the 5 orders" in found.finding


def test_suspicious__same_verdict__nothing_to_do():
    found = sections_of(a_report("use")).suspicious
    assert [row[0] for row in found.rows] == ["Visitors", "Click-through rate", "Verdict"]
    assert found.rows[2][1:] == ("Use B", "Use B")
    assert "same either way" in found.sentences[-1]


def test_suspicious__another_verdict__says_what_to_do():
    data = a_report("use")
    other = replace(data.findings.with_suspicious, verdict="no_difference", differs=True)
    found = sections_of(with_findings(data, with_suspicious=other)).suspicious
    assert found.rows[2][1:] == ("Use B", "No clear difference")
    assert "the verdict changes" in found.sentences[-1]
    assert "under Visitors" in found.sentences[-1]


def test_suspicious__nobody_set_aside__one_sentence_and_no_table():
    data = a_report("use")
    other = Alternative(tuple(counts.units for counts in data.counts))
    found = sections_of(with_findings(data, with_suspicious=other)).suspicious
    assert found.rows == []
    assert len(found.sentences) == 1


def test_cuts__groups__named_corrected_and_warned_about():
    found = sections_of(a_report("use"))
    by_key = {cut.key: cut for cut in found.cuts}
    assert list(by_key) == ["device", "returning", "placement", "locale"]
    assert by_key["device"].table.rows[0][0] == "Phone"
    assert by_key["placement"].table.rows[0][0] == "Welcome"
    assert by_key["device"].table.heads[-1] == "p, corrected"
    (warning,) = by_key["device"].warnings
    assert warning.startswith("Computer: visitors are not split as planned (53.5% / 46.5% instead")
    assert "12 of the 50 visitors" in by_key["locale"].table.rows[0][2]
    assert found.caution[0] == (
        "Looking at many groups finds false winners. Treat this as an idea for the next test."
    )


def test_beliefs__use__never_certain_and_never_a_reason_to_stop():
    found = sections_of(a_report("use")).beliefs
    assert found.table.rows[1][1] == "> 99.9%"
    assert found.table.rows[0][1] == "< 0.1%"
    assert found.table.rows[1][4] == "+7.0% (+5.0% to +9.0%)"
    assert found.table.rows[1][5] == "+6.3% (+4.5% to +8.1%)"
    assert "None of these numbers is a reason to stop a test" in found.prior
    assert "variance is 23.0% smaller" in found.sentences[0]
    assert "1.42 times too small" in found.sentences[1]


def test_beliefs__nothing_known_before__why_and_no_number():
    data = a_report("use")
    gap = Gap(GapCode.NOT_RECORDED, "pre_clicks")
    bare = replace(data.findings.adjusted[0], variance_ratio=None, lift=None, gap=gap)
    found = sections_of(with_findings(data, adjusted=(bare,), design_effect=0.98)).beliefs
    assert found.sentences[0].endswith("taken out: not recorded.")
    assert "hardly alike" in found.sentences[1]


def test_handmade__every_story__gives_the_verdict_it_is_named_after():
    assert {kind: verdict.decide(a_report(kind)).kind for kind in STORIES} == {
        kind: kind for kind in handmade.STORIES
    }
