"""Click-through rate by number of the view."""

from experiments.reports.by_view import by_view
from tests.experiments.reports.full_reports import a_full_report


def test_by_view__few_views__only_in_the_table():
    chart = by_view(a_full_report())
    assert chart.figure["data"][0]["x"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(chart.rows) == 20
    assert chart.rows[0] == ["1", "A", "9,000", "740", "8.22%"]
    assert "on view 8" in chart.summary
