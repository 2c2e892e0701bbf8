"""Splits that are as they were set, looked at every evening."""

from engine.stats.srm import check


def daily_alarms(rng, *, runs, shares, days, per_day=2000) -> float:
    """Share of tests in which at least one evening raises an alarm."""
    counts = rng.multinomial(per_day, shares, (runs, days)).cumsum(axis=1)
    return (
        sum(
            any(check([int(n) for n in evening], shares).alarm for evening in one) for one in counts
        )
        / runs
    )
