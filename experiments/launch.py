"""What must be true before an experiment starts: a list of problems, each with its remedy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives import fitting
from creatives.models import Placement
from engine.assignment import allocation
from engine.errors import IllegalMove, InvalidInput
from experiments import hypothesis, layers, policies
from experiments.models import Experiment, Variant
from experiments.policies import RulePlan

FEWEST_VARIANTS = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the start is refused, what to do about it, and in which field of the form."""

    code: str
    message: str
    remedy: str
    field: str


class NotReady(IllegalMove):
    """The start is refused; `problems` says why, all reasons at once."""

    slug = "not-ready"
    title = "This experiment is not ready to start"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        sentences = " ".join(problem.message for problem in problems)
        super().__init__(sentences, field=problems[0].field, hint=problems[0].remedy)
        self.problems = problems


def problems(experiment: Experiment) -> tuple[Problem, ...]:
    """Everything that keeps an experiment from starting; empty when it may."""
    variants = list(experiment.variants.select_related("creative__live"))
    return problems_of(experiment, variants, policies.plans_of(experiment))


def problems_of(
    experiment: Experiment, variants: list[Variant], rules: Sequence[RulePlan] = ()
) -> tuple[Problem, ...]:
    """The same for a plan that has not been saved."""
    return tuple(_problems(experiment, variants, rules))


def _problems(
    experiment: Experiment, variants: list[Variant], rules: Sequence[RulePlan]
) -> Iterator[Problem]:
    yield from _hypothesis(experiment)
    for sentence in policies.problems(experiment, rules):
        yield Problem("policy", sentence, _("Choose a segment and its weights."), "rules")
    yield from _variants(variants)
    if experiment.placement is None:
        yield _no_placement()
        return
    for variant in variants:
        yield from _creative(variant, experiment.placement)
    yield from _fallback(experiment.placement)
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
    shown = [variant.creative_id for variant in variants if variant.creative_id]
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


def _no_placement() -> Problem:
    return Problem(
        "placement", _("No placement is chosen."), _("Choose where it is shown."), "placement"
    )


def _creative(variant: Variant, placement: Placement) -> Iterator[Problem]:
    if variant.creative is None:
        yield Problem(
            "creative",
            _("Variant %(variant)s has no banner.") % {"variant": variant.name},
            _("Choose a creative for it."),
            "variants",
        )
        return
    version = variant.creative.live
    if version is None:
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
    misfit = fitting.misfit(version, placement)
    if misfit:
        yield Problem(
            "fit",
            f"{variant.creative.name}: {misfit}",
            _("Upload a version of %(width)s × %(height)s pixels, or a multiple of it.")
            % {"width": placement.width, "height": placement.height},
            "variants",
        )


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
