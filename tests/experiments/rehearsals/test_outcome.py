"""What a rehearsal found, and the sentences about it."""

from dataclasses import replace

import pytest

from experiments.rehearsals import words
from experiments.rehearsals.outcome import Finding, Outcome, Part, decode, encode

EVEN = (98, *(100,) * 18, 102)
GOOD = Outcome("ctr", "hero", 28, 5_000, 0.05, 2_000, 98, EVEN, naive_alarms=284)


def test_finding__promised_rate_within_the_range__as_promised():
    assert GOOD.finding is Finding.AS_PROMISED
    assert GOOD.even
    assert words.headline(GOOD) == (
        "On your own traffic the test raises a false alarm in 4.9% of 2,000 rehearsals "
        "(4.0–5.9%): as it should."
    )


def test_tell__naive_test__its_rate_beside():
    told = words.tell(GOOD)
    assert told.word.tone == "good"
    assert "14.2% of them (12.7–15.8%)" in told.naive
    assert told.advice == ""
    assert told.chart.rows[0] == ["0.00", "0.05", "98"]
    assert len(told.chart.rows) == 20
    assert "not new evidence" in told.naive
    assert "does no harm" in words.tell(replace(GOOD, naive_alarms=104)).naive
    assert words.tell(replace(GOOD, naive_alarms=None)).naive == ""


@pytest.mark.parametrize(
    ("alarms", "finding", "tone"), [(180, Finding.MORE, "bad"), (50, Finding.FEWER, "accent")]
)
def test_tell__another_rate__says_so_and_what_to_do(alarms, finding, tone):
    told = words.tell(replace(GOOD, alarms=alarms))
    assert told.outcome.finding is finding
    assert told.word.tone == tone
    assert "promised 5.0%" in told.headline
    assert told.advice


def test_tell__uneven_p_values__look_into_it():
    told = words.tell(replace(GOOD, histogram=(98, 500, *(70,) * 17, 212)))
    assert told.word.tone == "bad"
    assert "not spread evenly" in told.advice


def test_part__added__counts_add_and_a_missing_naive_test_stays_missing():
    one = Part(100, 5, (5,) * 20, 14)
    assert one + one == Part(200, 10, (10,) * 20, 28)
    assert Part() + one == one
    assert (Part() + Part(100, 5, (5,) * 20)).naive_alarms is None


def test_outcome__as_json__the_same_again():
    assert decode(encode(GOOD)) == GOOD


@pytest.mark.parametrize("odd", [None, {}, {"metric": "ctr"}, {"runs": "many"}])
def test_decode__another_form__nothing(odd):
    assert decode(odd) is None
