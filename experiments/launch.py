"""What must be true before an experiment starts: a list of problems, each with its remedy.

What is only unwise is found by `experiments.cautions`; `checklist` has both.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives import preflight
from creatives.models import Placement
from engine.assignment import allocation
from engine.errors import IllegalMove, InvalidInput
from experiments import audience, hypothesis, layers, local_evaluation, policies
from experiments.models import Experiment, Variant
from experiments.policies import RulePlan
from workspace.sentences import together

FEWEST_VARIANTS = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the start is refused, what to do about it, and in which field of the form.

    What is not `hard` refuses nothing: it is said, and people decide.
    """

    code: str
    message: str
    remedy: str
    field: str
    hard: bool = True


class NotReady(IllegalMove):
    """The start is refused; `problems` says why, all reasons at once."""

    slug = "not-ready"
    title = "This experiment is not ready to start"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        sentences = together(problem.message for problem in problems)
        super().__init__(sentences, field=problems[0].field, hint=problems[0].remedy)
        self.problems = problems


def problems(experiment: Experiment, *, now: dt.datetime) -> tuple[Problem, ...]:
    """Everything that keeps an experiment from starting; empty when it may."""
    variants = list(experiment.variants.select_related("creative__live"))
    also_on = tuple(experiment.also_on.select_related("fallback"))
    return problems_of(experiment, variants, policies.plans_of(experiment), also_on, now=now)


def problems_of(
    experiment: Experiment,
    variants: list[Variant],
    rules: Sequence[RulePlan] = (),
    also_on: Sequence[Placement] = (),
    *,
    now: dt.datetime,
) -> tuple[Problem, ...]:
    """The same for a plan that has not been saved."""
    return tuple(_problems(experiment, variants, rules, also_on, now))


def _problems(
    experiment: Experiment,
    variants: list[Variant],
    rules: Sequence[RulePlan],
    also_on: Sequence[Placement],
    now: dt.datetime,
) -> Iterator[Problem]:
    yield from _hypothesis(experiment)
    for sentence in policies.problems(experiment, rules):
        yield Problem("policy", sentence, _("Choose a segment and its weights."), "rules")
    yield from _variants(variants)
    yield from _audience(experiment)
    for code, sentence, remedy in local_evaluation.hindrances(experiment, variants, also_on):
        yield Problem(code, sentence, remedy, "local")
    if experiment.placement is None:
        yield _no_placement()
        return
    for variant in variants:
        yield from _creative(variant)
    yield from _layer(experiment.placement, also_on)
    for place in (experiment.placement, *also_on):
        shown = [v for v in variants if v.placement is None or v.placement == place]
        yield from _findings(experiment, place, shown, now)
        yield from _fallback(place)
    yield from _room(experiment, experiment.placement)


def _hypothesis(experiment: Experiment) -> Iterator[Problem]:
    if not hypothesis.is_complete(experiment.hypothesis):
        yield Problem(
            "hypothesis",
            _("The hypothesis is not complete."),
            _("Say what you change, what you expect of it, and why."),
            "hypothesis",
        )


def _variants(variants: list[Variant]) -> Iterator[Problem]:
    if len(variants) < FEWEST_VARIANTS:
        yield Problem(
            "variants",
            _("There is nothing to compare: an experiment needs at least two variants."),
            _("Add a variant."),
            "variants",
        )
        return
    # The same banner at two positions is a comparison of positions.
    shown = [(v.creative_id, v.placement_id) for v in variants if v.creative_id]
    if len(set(shown)) < len(shown):
        yield Problem(
            "same_creative",
            _("Two variants show the same creative."),
            _("Choose another banner for one of them."),
            "variants",
        )
    try:
        allocation.variant_ranges([variant.weight for variant in variants])
    except InvalidInput as error:
        remedy = str(error.hint or _("Change the weights."))
        yield Problem("weights", str(error), remedy, "variants")


def _audience(experiment: Experiment) -> Iterator[Problem]:
    try:
        audience.rule_of(experiment)
    except InvalidInput as error:
        remedy = _("Write the rule again, or choose another segment.")
        yield Problem("audience", str(error), remedy, "audience")


def _layer(placement: Placement, also_on: Sequence[Placement]) -> Iterator[Problem]:
    """Placements can be moved to another layer after the plan was made."""
    strange = [place.name for place in also_on if place.layer != placement.layer]
    if strange:
        yield Problem(
            "layer",
            _("%(places)s: of another layer than “%(first)s” now.")
            % {"places": ", ".join(strange), "first": placement.name},
            _("Leave it out, or move it back to the layer."),
            "also_on",
        )


def _no_placement() -> Problem:
    return Problem(
        "placement", _("No placement is chosen."), _("Choose where it is shown."), "placement"
    )


def _creative(variant: Variant) -> Iterator[Problem]:
    if variant.creative is None:
        yield Problem(
            "creative",
            _("Variant %(variant)s has no banner.") % {"variant": variant.name},
            _("Choose a creative for it."),
            "variants",
        )
        return
    if variant.creative.live is None:
        yield Problem(
            "not_approved",
            _("“%(creative)s” is not approved.") % {"creative": variant.creative.name},
            _("Have it reviewed, or choose another creative."),
            "variants",
        )
        return
    if variant.creative.archived_at:
        yield Problem(
            "archived",
            _("“%(creative)s” is archived.") % {"creative": variant.creative.name},
            _("Choose another creative, or take it out of the archive."),
            "variants",
        )


def _findings(
    experiment: Experiment, placement: Placement, variants: list[Variant], now: dt.datetime
) -> Iterator[Problem]:
    """What the checks of the banners say of this placement, as long as nobody settled it."""
    shown = {v.creative_id: v.creative for v in variants if v.creative and v.creative.live}
    versions = [creative.live for creative in shown.values() if creative.live]
    checked = preflight.check_at(versions, placement, now=now, until=_until(experiment, now))
    for version in versions:
        for found in checked[version.pk]:
            if found.is_open:
                sentence = f"{shown[version.creative_id].name}: {found.message}"
                yield Problem(found.rule, sentence, found.remedy, "variants")


def _until(experiment: Experiment, now: dt.datetime) -> dt.datetime | None:
    """When its banners are needed no longer, if that is planned."""
    planned = experiment.reading == Experiment.Reading.PLANNED
    return now + dt.timedelta(days=experiment.planned_days) if planned else None


def _fallback(placement: Placement) -> Iterator[Problem]:
    if placement.fallback is None or placement.fallback.live is None:
        yield Problem(
            "fallback",
            _("“%(placement)s” has no approved default: the other visitors would see nothing.")
            % {"placement": placement.name},
            _("Give the placement a default creative that is approved."),
            "placement",
        )


def _room(experiment: Experiment, placement: Placement) -> Iterator[Problem]:
    free = layers.free_share(placement, but=experiment)
    if experiment.traffic_share <= free:
        return
    names = ", ".join(row.name for row in layers.neighbours(placement, but=experiment))
    yield Problem(
        "room",
        _("Only %(free)s %% of the visitors are free: %(names)s take the rest.")
        % {"free": f"{free:g}", "names": names},
        _("Lower the traffic share, or stop another experiment of this layer first."),
        "traffic_share",
    )
