"""Where a number becomes a verdict, a sentence or a chart.

`analysis` turns a design and its aggregates into `payload.ReportData`; `health` says whether they
may be read at all, `verdict` what they say; `refresh` keeps that in a `Report` row. `page` puts the
row on a page with the words of `sentences` and `health_words` and the pictures of `charts`.
"""
