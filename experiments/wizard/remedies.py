"""Where each problem is mended: a step of the wizard, or the page of what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from experiments.launch import Problem
from experiments.models import Experiment

STEPS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("goal", "id_name"),
    "key": ("goal", "id_name"),
    "hypothesis": ("goal", "hypothesis"),
    "primary_metric": ("goal", "effects"),
    "mde": ("goal", "effects"),
    "planned_days": ("goal", "effects"),
    "planned_visitors": ("goal", "effects"),
    "reading": ("goal", "effects"),
    "watched": ("goal", "watched"),
    "placement": ("goal", "place"),
    "also_on": ("goal", "place"),
    "variants": ("creatives", "variants"),
    "audience": ("audience", "audience"),
    "targeting": ("audience", "audience"),
    "traffic_share": ("audience", "traffic"),
    "policy": ("audience", "policy"),
    "local": ("audience", "policy"),
    "rules": ("audience", "policy"),
    "starts_at": ("launch", "times"),
    "ends_at": ("launch", "times"),
}
"""Field of a problem → the step that asks for it, and the part of the page."""

WORDS: Final[Mapping[str, str | Promise]] = {
    "goal": _("Goal"),
    "creatives": _("Creatives"),
    "audience": _("Audience and split"),
    "launch": _("Check and launch"),
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """A problem with the link that mends it; without a link where nothing is saved yet."""

    problem: Problem
    href: str = ""
    label: str | Promise = ""


def step_of(problem: Problem) -> str:
    """The step in which it is mended."""
    return STEPS.get(problem.field, ("goal", ""))[0]


def of(problems: Sequence[Problem], experiment: Experiment) -> list[Remedy]:
    """Each problem with its link."""
    return [_remedy(problem, experiment) for problem in problems]


def _remedy(problem: Problem, experiment: Experiment) -> Remedy:
    elsewhere = _elsewhere(problem, experiment)
    if elsewhere is not None:
        return elsewhere
    step, part = STEPS.get(problem.field, ("goal", ""))
    if not experiment.key:
        return Remedy(problem)
    href = reverse("experiments:plan", args=[experiment.site.key, experiment.key, step])
    return Remedy(problem, f"{href}#{part}", WORDS[step])


def _elsewhere(problem: Problem, experiment: Experiment) -> Remedy | None:
    site, place = experiment.site.key, experiment.placement
    if problem.code == "not_approved":
        return Remedy(problem, reverse("creatives:review", args=[site]), _("Review"))
    if problem.code == "silent" and place is not None:
        href = reverse("workspace:snippet", args=[site])
        return Remedy(problem, f"{href}?placement={place.key}", _("Embed it"))
    if problem.code in {"fallback", "layer"} and place is not None:
        href = reverse("creatives:placement", args=[site, place.key])
        return Remedy(problem, href, _("Open the placement"))
    return None
