"""What a manager reads: no bare number, no bare p, nobody is sure of anything."""

import re

import pytest
from django.utils import translation

from experiments.reports import reasons, sentences, verdict
from tests.experiments.reports import states
from tests.experiments.reports.states import NOW, a_design, a_report, an_arm

EVERY = [*states.ALL, "several", "ended_open"]


def said(kind):
    data = getattr(states, kind)()
    found = verdict.decide(data)
    return [
        sentences.word(found.kind, data, found),
        sentences.headline(data, found),
        *(reason.text for reason in reasons.why(data, found)),
    ]


@pytest.mark.parametrize(
    ("kind", "word", "headline"),
    [
        ("no_data", "No data yet", "No visitor has seen a banner of this test yet."),
        (
            "collecting",
            "Still collecting",
            "About 6 more days until we can tell a difference of 5% or more.",
        ),
        (
            "check_data",
            "Check the data first",
            "The numbers of this test may mislead until this is explained:",
        ),
        ("use", "Use B", "B brings between +3.6% and +10.6% more clicks."),
        (
            "keep_control",
            "Keep A",
            "B did worse: it loses between 1.7% and 8.2% of clicks.",
        ),
        (
            "no_difference",
            "No clear difference",
            "If there is one, it is most likely between −2.0% and +2.7%; 5% or more is ruled out.",
        ),
    ],
)
def test_headline__state__reads(kind, word, headline):
    data = states.ALL[kind]()
    found = verdict.decide(data)
    assert sentences.word(found.kind, data, found) == word
    assert sentences.headline(data, found) == headline


def test_headline__your_call__shows_both_metrics():
    data = states.your_call()
    text = sentences.headline(data, verdict.decide(data))
    assert text.startswith("B brings more clicks (+7.0%), but harms something else:")
    assert "Conversion rate per visitor changes by −14" in text


def test_headline__points_planned__speaks_in_points():
    design = a_design(primary="conversion_rate", mde=0.5, mde_kind="points")
    data = a_report(an_arm(145_274, buyers=0.12), an_arm(145_310, buyers=0.1195), design=design)
    text = sentences.headline(data, verdict.decide(data))
    assert text == (
        "If there is one, it is most likely between −0.30 and +0.20 points; "
        "0.5 points or more is ruled out."
    )


@pytest.mark.parametrize("kind", EVERY)
def test_sentences__every_state__complete(kind):
    for text in said(kind):
        assert text.strip()
        assert "%(" not in text
        assert "None" not in text


@pytest.mark.parametrize("kind", EVERY)
def test_sentences__every_state__claims_no_certainty(kind):
    banned = re.compile(r"significan|proven|sure|wins|certain\b|p\s*[=<]", re.IGNORECASE)
    assert [text for text in said(kind) if banned.search(text)] == []


@pytest.mark.parametrize("kind", [kind for kind in EVERY if kind != "no_data"])
def test_why__every_state__has_two_to_five_reasons(kind):
    data = getattr(states, kind)()
    assert 2 <= len(reasons.why(data, verdict.decide(data))) <= 5


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.012, "about once in 83 such tests"),
        (0.4, "about 40 of 100 such tests"),
        (1e-9, "less than once in 10,000 such tests"),
    ],
)
def test_chance__p__is_said_in_tests(p, said):
    assert said in reasons.chance(p)


def test_word__ended_without_an_answer__is_not_collecting():
    data = states.ended_open()
    found = verdict.decide(data)
    assert sentences.word(found.kind, data, found) == "Ended without an answer"
    assert "most likely between" in sentences.headline(data, found)


def test_label__long_name__falls_back_to_the_key():
    design = a_design(ended_at=NOW)
    arm = design.arms[1]
    assert sentences.label(arm) == "B"
    assert sentences.label(type(arm)(9, "headline-2", "x" * 80, 0.5)) == "headline-2"
    assert sentences.label(type(arm)(9, "v2", "Warm picture", 0.5)) == "Warm picture"


@pytest.mark.parametrize("kind", EVERY)
def test_sentences__chinese__render(kind):
    with translation.override("zh-hans"):
        assert all(text and "%(" not in text for text in said(kind))
