"""Files of tests that ran elsewhere, turned into experiments.

`events` loads logs with a row per visit or event, `results` loads tests of which only totals exist.
Both read a file twice: everything is checked before anything is written, and what is written is
one transaction. `source` reads lines, `table` rows, `cells` values; `mapping` says which column is
what.
"""
