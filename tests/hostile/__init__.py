"""Hostile requests at every door of a real data-plane process; `python -m tests.hostile`.

`bodies` and `asked` make cases from a seed, `sockets` sends them over raw keep-alive connections,
`judge` says what is wrong with an answer, `shapes` has what is not even HTTP.
"""
