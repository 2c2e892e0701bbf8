"""A plan as it stands in the form, read back: who would see what, how long, what is missing."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from experiments import consequences, launch, sizing
from experiments.consequences import Consequence
from experiments.forms import PlanForm, Variants
from experiments.launch import Problem
from experiments.models import Experiment, Variant
from experiments.policies import RulePlan
from experiments.policy_forms import PolicyForm
from experiments.sizing import Sizing


@dataclass(frozen=True, slots=True)
class Outlook:
    """What stands beside the form."""

    experiment: Experiment
    parts: tuple[tuple[Variant, float], ...]
    consequence: Consequence
    problems: tuple[Problem, ...]
    sizing: Sizing | None


def of(form: PlanForm, rows: Variants, policy: PolicyForm, *, now: dt.datetime) -> Outlook:
    """The outlook of what has been typed so far; what does not fit yet is left out."""
    chosen = _valid(policy)
    experiment = _experiment(form, chosen)
    return of_plan(experiment, _variants(rows), chosen.get("rules", ()), now=now)


def of_plan(
    experiment: Experiment,
    variants: list[Variant],
    rules: Sequence[RulePlan] = (),
    *,
    now: dt.datetime,
) -> Outlook:
    """The outlook of an experiment with these variants and rules, saved or not."""
    return Outlook(
        experiment=experiment,
        parts=tuple(consequences.shares(variants)) if variants else (),
        consequence=consequences.of_start(experiment, variants),
        problems=launch.problems_of(experiment, variants, rules, now=now),
        sizing=sizing.of(experiment, variants, now=now),
    )


def _experiment(form: PlanForm, policy: dict[str, Any]) -> Experiment:
    typed = _valid(form) | policy
    names = (
        "policy",
        "exploration_share",
        "name",
        "placement",
        "traffic_share",
        "primary_metric",
        "mde",
        "mde_kind",
        "planned_days",
        "planned_visitors",
        "reading",
    )
    known = {name: typed[name] for name in names if typed.get(name) is not None}
    return Experiment(site=form.site, hypothesis=form.hypothesis(), **known)


def _variants(rows: Variants) -> list[Variant]:
    typed = [_valid(row) for row in rows.forms]
    return [
        Variant(
            name=row.get("name") or "?", weight=row.get("weight") or 1, creative=row.get("creative")
        )
        for row in typed
    ]


def _valid(form: forms.Form) -> dict[str, Any]:
    """The fields of a filled-in form that fit, without complaint about the others."""
    form.full_clean()
    return dict(form.cleaned_data)
