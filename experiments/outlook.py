"""A plan as it stands in the form, read back: who would see what, how long, what is missing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from creatives.models import Placement
from experiments import (
    audience,
    cautions,
    collisions,
    consequences,
    launch,
    planning,
    sizing,
    watching,
)
from experiments.cautions import Known
from experiments.collisions import Other
from experiments.consequences import Consequence
from experiments.launch import Problem
from experiments.models import Experiment, Variant
from experiments.planning import VariantPlan
from experiments.sizing import Sizing
from experiments.variant_forms import Variants
from workspace.models import Site


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands beside the form."""

    experiment: Experiment
    parts: tuple[tuple[Variant, float], ...]
    consequence: Consequence
    problems: tuple[Problem, ...]
    cautions: tuple[Problem, ...]
    sizing: Sizing | None
    audience: str
    also_on: tuple[Placement, ...]
    others: tuple[Other, ...]

    @property
    def checks(self) -> tuple[Problem, ...]:
        """All of them, the hard ones first."""
        return (*self.problems, *self.cautions)


def of(
    site: Site, values: Mapping[str, Any], *, now: dt.datetime, saved: Experiment | None = None
) -> Outlook:
    """The outlook of a plan's fields, as far as they are known; `saved` is their draft."""
    experiment, variants = _unsaved(site, values, saved)
    also_on = tuple(values.get("also_on", ()))
    known = Known(
        sizing=sizing.of(experiment, variants, now=now),
        others=collisions.of(experiment, now=now),
        watched=_watched(experiment, values),
        also_on=also_on,
    )
    rules = tuple(values.get("rules", ()))
    return Outlook(
        experiment=experiment,
        parts=tuple(consequences.shares(variants)) if variants else (),
        consequence=consequences.of_start(experiment, variants, also_on),
        problems=launch.problems_of(experiment, variants, rules, also_on, now=now),
        cautions=cautions.of(experiment, variants, known, now=now),
        sizing=known.sizing,
        audience=audience.words_of(experiment),
        also_on=also_on,
        others=known.others,
    )


def sized(
    site: Site, values: Mapping[str, Any], *, now: dt.datetime, saved: Experiment | None = None
) -> Sizing | None:
    """Only how long it takes."""
    return sizing.of(*_unsaved(site, values, saved), now=now)


def _unsaved(
    site: Site, values: Mapping[str, Any], saved: Experiment | None
) -> tuple[Experiment, list[Variant]]:
    experiment = Experiment(site=site, pk=saved.pk if saved else None)
    planning.fill(experiment, values)
    return experiment, planning.variants_of(tuple(values.get("variants", ())), experiment)


def _watched(experiment: Experiment, values: Mapping[str, Any]) -> tuple[watching.WatchPlan, ...]:
    found = values.get("watched")
    return watching.default(experiment.primary_metric) if found is None else tuple(found)


def typed_variants(rows: Variants) -> tuple[VariantPlan, ...]:
    """The rows as typed so far; what does not fit yet is left out."""
    return tuple(_typed(valid(row), number) for number, row in enumerate(rows.forms))


def _typed(row: Mapping[str, Any], number: int) -> VariantPlan:
    known = {name: row[name] for name in planning.OF_VARIANTS if row.get(name) is not None}
    return VariantPlan(**({"key": f"?{number}", "name": "?"} | known))


def valid(form: forms.Form) -> dict[str, Any]:
    """The fields of a filled-in form that fit, without complaint about the others."""
    # Asking for the errors cleans it once; cleaning it again would forget what was refused since.
    return dict(form.cleaned_data) if form.is_bound and form.errors is not None else {}
