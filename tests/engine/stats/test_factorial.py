"""Factorial effects against regression on the units, and designs with gaps."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from engine.errors import InvalidInput, NotEnoughData
from engine.stats.aggregates import Aggregates
from engine.stats.factorial import Cell, Contrast, contrasts, factors_of, measure
from engine.stats.metrics import CATALOGUE
from engine.stats.reading import Open

REVENUE = CATALOGUE["revenue_per_visitor"]
COLOUR, TEXT = ("red", "blue", "green"), ("long", "short")


def _units(seed=3):
    """Six cells of different sizes and spreads, with an effect of each factor and of one pair."""
    rng = np.random.default_rng(seed)
    rows = []
    for i, colour in enumerate(COLOUR):
        for j, text in enumerate(TEXT):
            n = 400 + 150 * i + 90 * j
            spend = rng.gamma(1 + i, 400 + 300 * j, n) + 120 * i + 60 * j + 200 * (i == 1) * j
            rows += [(colour, text, int(value)) for value in spend]
    return pd.DataFrame(rows, columns=["colour", "text", "revenue"])


def _cells(frame):
    return [
        Cell(
            f"{colour}-{text}",
            {"colour": colour, "text": text},
            Aggregates.of_units(
                {"revenue": int(r), "converted": 1}
                for r in frame[(frame.colour == colour) & (frame.text == text)].revenue
            ),
        )
        for colour in COLOUR
        for text in TEXT
    ]


def _regression(frame):
    """Cell means with variances of their own: HC2 in a saturated model is s²/n of each cell."""
    model = (
        "revenue ~ C(colour, levels=['red','blue','green']):C(text, levels=['long','short']) - 1"
    )
    return smf.ols(model, frame).fit(cov_type="HC2")


def _by_hand(fit, weights):
    """A weighted sum of cell means; weights by (colour, text)."""
    names = list(fit.params.index)
    row = np.zeros(len(names))
    for (colour, text), weight in weights.items():
        (place,) = [
            k for k, name in enumerate(names) if f"[{colour}]" in name and f"[{text}]" in name
        ]
        row[place] = weight
    test = fit.t_test(row)
    return float(np.squeeze(test.effect)), float(np.squeeze(test.sd))


@pytest.mark.parametrize(
    ("contrast", "weights"),
    [
        (
            Contrast(("colour",), ("green",), ("red",)),
            {
                ("green", "long"): 0.5,
                ("green", "short"): 0.5,
                ("red", "long"): -0.5,
                ("red", "short"): -0.5,
            },
        ),
        (
            Contrast(("text",), ("short",), ("long",)),
            {(c, t): s / 3 for c in COLOUR for t, s in (("short", 1), ("long", -1))},
        ),
        (
            Contrast(("colour", "text"), ("blue", "short"), ("red", "long")),
            {("blue", "short"): 1, ("blue", "long"): -1, ("red", "short"): -1, ("red", "long"): 1},
        ),
    ],
    ids=["three levels", "two levels", "interaction"],
)
def test_measure__unequal_cells__equals_regression_with_robust_errors(contrast, weights):
    frame = _units()
    effect, error = _by_hand(_regression(frame), weights)
    found = measure(REVENUE, _cells(frame), contrast)
    assert found.difference == pytest.approx(effect, rel=1e-9)
    assert found.standard_error == pytest.approx(error, rel=1e-9)


def test_measure__proportions__equal_weighted_least_squares_of_cells():
    bought = {("r", "l"): 90, ("r", "s"): 120, ("b", "l"): 130, ("b", "s"): 190}
    cells = [
        Cell(c + t, {"colour": c, "text": t}, Aggregates.of_converted(900 + 40 * k, n))
        for k, ((c, t), n) in enumerate(bought.items())
    ]
    p = [cell.units.sum("converted") / cell.units.n for cell in cells]
    v = [q * (1 - q) / cell.units.n for q, cell in zip(p, cells, strict=True)]
    design = np.array([[1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]])
    fit = smf.wls(
        "p ~ c * t",
        pd.DataFrame({"p": p, "c": design[:, 1], "t": design[:, 2]}),
        weights=1 / np.array(v),
    )
    result = fit.fit(cov_type="fixed scale", cov_kwds={"scale": 1.0})
    pair = Contrast(("colour", "text"), ("b", "s"), ("r", "l"))
    found = measure(CATALOGUE["conversion_rate"], cells, pair)
    assert found.difference == pytest.approx(result.params["c:t"])
    assert found.standard_error == pytest.approx(result.bse["c:t"])


def _half(signs):
    """Cells of two levels by sign; with the second level of a more of the 1,000 buy."""
    return [
        Cell(
            "".join("+" if s > 0 else "-" for s in cell),
            {name: str(s) for name, s in zip("abc", cell, strict=True)},
            Aggregates.of_converted(1000, 100 + 20 * (cell[0] > 0)),
        )
        for cell in signs
    ]


def test_measure__half_of_eight__main_effects_are_there_and_pairs_are_refused_by_name():
    cells = _half([(-1, -1, 1), (-1, 1, -1), (1, -1, -1), (1, 1, 1)])
    metric, found = CATALOGUE["conversion_rate"], contrasts(factors_of(cells))
    main = [measure(metric, cells, c).difference for c in found if len(c.factors) == 1]
    assert main == pytest.approx([0.02, 0.0, 0.0])
    for pair in (c for c in found if len(c.factors) == 2):
        with pytest.raises(NotEnoughData) as refused:
            measure(metric, cells, pair)
        assert refused.value.missing


def test_measure__a_missing_combination__is_named():
    frame = _units()
    cells = [cell for cell in _cells(frame) if cell.name != "blue-short"]
    with pytest.raises(NotEnoughData, match="blue · short"):
        measure(REVENUE, cells, Contrast(("colour",), ("blue",), ("red",)))
    assert measure(REVENUE, cells, Contrast(("colour",), ("green",), ("red",))).p < 1


def test_measure__no_end__interval_of_the_confidence_sequence():
    cells, main = _cells(_units()), Contrast(("text",), ("short",), ("long",))
    once, endless = (measure(REVENUE, cells, main, **r) for r in ({}, {"reading": Open(50.0)}))
    assert endless.bound > once.bound
    assert endless.difference == once.difference


@pytest.mark.parametrize(
    "levels",
    [[{"a": "x"}, {"b": "y"}], [{"a": "x"}, {"a": "x"}], [{}, {}]],
    ids=["gap", "same", "none"],
)
def test_factors_of__no_factorial_test__is_refused(levels):
    with pytest.raises(InvalidInput):
        factors_of([Cell(str(n), one, Aggregates()) for n, one in enumerate(levels)])


def test_measure__nothing_there__one_in_twenty_false_alarms():
    rng, hits, runs = np.random.default_rng(8), np.zeros(3), 1500
    metric = CATALOGUE["conversion_rate"]
    for _ in range(runs):
        counts = rng.binomial(2000, 0.1, 4)
        cells = [
            Cell(str(k), {"a": str(k // 2), "b": str(k % 2)}, Aggregates.of_converted(2000, int(n)))
            for k, n in enumerate(counts)
        ]
        hits += [measure(metric, cells, c).passed for c in contrasts(factors_of(cells))]
    assert all(0.033 < share < 0.067 for share in hits / runs), hits / runs
