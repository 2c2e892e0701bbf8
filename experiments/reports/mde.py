"""The smallest effect worth finding, in the unit that is asked for."""

from engine.stats.metrics import CATALOGUE, Unit
from experiments.models import Experiment
from experiments.reports.payload import Design, ReportData


def absolute_mde(design: Design, control_value: float | None) -> float | None:
    """In the primary metric's own unit, if it is known."""
    if not design.mde:
        return None
    if design.mde_kind == Experiment.MdeKind.POINTS:
        # Money has no percentage points.
        return design.mde / 100 if CATALOGUE[design.primary].unit is Unit.PERCENT else None
    return None if control_value is None else abs(control_value) * design.mde / 100


def mde_of(data: ReportData) -> float | None:
    """The same of a report, whose control it is a percentage of."""
    control = data.value(data.design.primary, data.design.control.id)
    return absolute_mde(data.design, control.value if control else None)
