"""Everything to be said before a start: hard problems first, then what is only unwise."""

import datetime as dt

from experiments import cautions, collisions, launch, sizing, watching
from experiments.cautions import Known
from experiments.launch import Problem
from experiments.models import Experiment


def of(experiment: Experiment, *, now: dt.datetime) -> tuple[Problem, ...]:
    """All problems of a saved draft."""
    variants = list(experiment.variants.all())
    known = Known(
        sizing=sizing.of(experiment, variants, now=now),
        others=collisions.of(experiment, now=now),
        watched=watching.plans_of(experiment),
        also_on=tuple(experiment.also_on.all()),
    )
    soft = cautions.of(experiment, variants, known, now=now)
    return (*launch.problems(experiment, now=now), *soft)
