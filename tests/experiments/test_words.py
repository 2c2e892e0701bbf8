"""The chips of lists say what is true of an experiment now."""

from experiments import words


def test_verdict__collecting_after_the_end__is_called_no_answer():
    assert str(words.verdict("collecting", [], ended=True).label) == "No answer"
    assert str(words.verdict("collecting", []).label) == "Collecting"
    assert str(words.verdict("no_difference", [], ended=True).label) == "No clear difference"
