"""Totals in, conclusions out. No function here sees a row, a query or a clock.

`aggregates` carries the sums, `metrics` says what is measured, `frequentist` compares two arms,
`omnibus` all of them at once, `srm` checks the split, `multiplicity` corrects, `power` plans,
`sequential` and `series` follow a result over time. Results are the frozen classes of `inference`.
"""
