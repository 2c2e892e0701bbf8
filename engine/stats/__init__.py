"""Totals in, conclusions out. No function here sees a row, a query or a clock.

`aggregates` carries the sums, `metrics` says what is measured, `frequentist` compares two arms,
`omnibus` all of them at once, `srm` checks the split, `multiplicity` corrects, `power` plans,
`sequential` and `series` follow a result over time. `bayes` says what to believe, `guardrails` what
must not fall, `cuped` takes out the past, `preperiod` checks it, `novelty` asks whether an effect
lasts, `money` what it is worth; `winsor` caps revenue and `rehearsal` tries a method where there is
nothing to find. `factorial` reads tests of several factors, `switchback` those of blocks of hours,
and `interaction` asks whether two tests disturb each other. Results are the frozen classes of
`inference`, or of the module itself.
"""
