"""Allocation policies: each answers with a probability per variant, none of them picks.

The platform picks, from a keyed hash against the cumulative probabilities, so the probability in
force (the propensity) is always known exactly.
"""
