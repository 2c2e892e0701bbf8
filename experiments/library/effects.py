"""What a kept report says in one line, read from the parts that the database copies out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from experiments.models import Experiment, Report
from experiments.reports.findings import Belief
from experiments.reports.payload import POLICY_ID, Effect


def effects_of(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Effect, ...]:
    """The effects on the primary metric; none for a report of another form."""
    return _converted(rows, Effect)


def beliefs_of(rows: Sequence[Mapping[str, Any]] | None) -> tuple[Belief, ...]:
    """The Bayesian reading of the arms; none for a report that has none."""
    return _converted(rows, Belief)


def _converted(rows: Sequence[Mapping[str, Any]] | None, form: type) -> tuple[Any, ...]:
    try:
        return tuple(msgspec.convert(row, form) for row in rows or ())
    except msgspec.ValidationError:
        return ()


def best(effects: Sequence[Effect]) -> Effect | None:
    """The one that a short text is about: of those that passed, else of all, the largest lift."""
    known = [effect for effect in effects if effect.lift is not None]
    passed = [effect for effect in known if effect.passed]
    return max(
        passed or known, key=lambda e: e.lift or 0.0, default=effects[0] if effects else None
    )


def about(experiment: Experiment, effects: Sequence[Effect]) -> Effect | None:
    """The effect of the variant that was chosen if it is a treatment; else the best one."""
    chosen = {v.pk for v in experiment.variants.all() if v.key == experiment.decision}
    mine = [effect for effect in effects if effect.arm in chosen or effect.arm == POLICY_ID]
    return mine[0] if mine else best(effects)


def report_of(experiment: Experiment) -> Report | None:
    """The report of the last phase, as `with_report` has loaded it."""
    present: list[Report] = getattr(experiment, "present", [])
    return present[0] if present else None


def ended(experiment: Experiment) -> dt.datetime | None:
    """When its answer was there."""
    return experiment.decided_at or experiment.stopped_at
