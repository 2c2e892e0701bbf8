"""What a start will do, said before it is done: who sees what, who is counted."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from engine.assignment import allocation
from experiments import ramps
from experiments.models import Experiment, Variant
from experiments.ramps import EVERYBODY


@dataclass(frozen=True, slots=True)
class Consequence:
    """Two sentences for the page that asks."""

    sees: str
    counts: str


def shares(variants: list[Variant]) -> list[tuple[Variant, float]]:
    """Each variant with its percent of those who take part, in whole buckets as they are drawn."""
    weights = [variant.weight for variant in variants]
    if not any(weights):
        return [(variant, 0.0) for variant in variants]
    ranges = allocation.variant_ranges(weights)
    pairs = zip(variants, ranges, strict=True)
    return [(variant, (end - start) / 100) for variant, (start, end) in pairs]


def of_start(experiment: Experiment, variants: list[Variant]) -> Consequence:
    """What a start would do, also of a plan that has not been saved."""
    split = ", ".join(f"{variant.name} {percent:g} %" for variant, percent in shares(variants))
    share = ramps.first_share(experiment)
    words = {"share": share, "place": place_of(experiment), "split": split}
    if share == EVERYBODY:
        sees = _("Within five seconds every visitor of “%(place)s” sees one variant: %(split)s.")
    else:
        sees = _(
            "Within five seconds %(share)s %% of the visitors of “%(place)s” see one variant: "
            "%(split)s. The others go on seeing the default."
        )
    return Consequence(
        sees % words + _ramp(experiment) + _policy(experiment.policy, experiment.exploration_share),
        _counted(experiment.policy),
    )


def _ramp(experiment: Experiment) -> str:
    """One more sentence where more follow in steps."""
    last = ramps.last_share(experiment)
    if last == ramps.first_share(experiment):
        return ""
    sentence = _("Then in steps up to %(share)s %%; nobody who is in is moved.")
    return " " + sentence % {"share": last}


def _counted(policy: str) -> str:
    if policy == Experiment.Policy.FIXED:
        return _("Whoever is shown a variant is counted from then on, once, with that variant.")
    return _(
        "Whoever is shown a variant is counted from then on, once, on one side: what the policy "
        "chooses, or chance."
    )


def _policy(policy: str, share: int) -> str:
    """One more sentence where the split is only the beginning."""
    if policy == Experiment.Policy.FIXED:
        return ""
    sentence = (
        _("Visitors of a segment see what is set for it.")
        if policy == Experiment.Policy.RULES
        else _("Then each minute more of the traffic goes to what is clicked.")
    )
    slice_ = _("%(share)s %% get any variant by chance, to compare with.") % {"share": share}
    return f" {sentence} {slice_}"


def place_of(experiment: Experiment) -> str:
    return experiment.placement.name if experiment.placement else _("no placement")
