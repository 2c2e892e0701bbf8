"""What the reports of adaptive experiments rest on: their two sides, and what they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from events import store
from experiments.models import Experiment, Parameters
from experiments.reports import plan
from experiments.reports.mix import Mix
from experiments.reports.payload import CHANCE_ID, POLICY_ID


@dataclass(frozen=True, slots=True)
class Choices:
    """Aggregates by side and day, and the mix of variants."""

    sides: Mapping[int, store.ByDay]
    mix: Mix


def of(experiments: Sequence[Experiment]) -> dict[int, Choices]:
    """By id of the experiment, in a fixed number of queries; none for no experiments."""
    if not experiments:
        return {}
    phases = [(row.pk, row.phase) for row in experiments]
    branches, shown = store.branches_of(phases), store.shown_of(phases)
    newest = _newest(experiments)
    return {
        row.pk: Choices(
            sides=_sides(branches[row.pk, row.phase]),
            mix=plan.mix_of(row, _in_force(row, newest), shown[row.pk, row.phase]),
        )
        for row in experiments
    }


def _sides(branches: store.ByBranch) -> dict[int, store.ByDay]:
    return {CHANCE_ID: branches.get(True, {}), POLICY_ID: branches.get(False, {})}


def _newest(experiments: Sequence[Experiment]) -> dict[store.Phase, Parameters]:
    rows = Parameters.objects.filter(experiment__in=[row.pk for row in experiments])
    ordered = rows.order_by("experiment_id", "phase", "-version").distinct("experiment_id", "phase")
    return {(row.experiment_id, row.phase): row for row in ordered}


def _in_force(row: Experiment, newest: Mapping[store.Phase, Parameters]) -> Parameters | None:
    held = row.held_parameters
    if held is not None and held.phase == row.phase:
        return held
    return newest.get((row.pk, row.phase))
