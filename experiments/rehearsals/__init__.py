"""A/A rehearsals: the team's own recent visitors split at random, where nothing can be found.

How often the test finds something all the same is its rate of false alarms on this very traffic.
"""
