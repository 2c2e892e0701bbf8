"""What a start will do, said before it is done: who sees what, who is counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from creatives.models import Placement
from engine.assignment import allocation
from experiments import audience, ramps
from experiments.models import Experiment, Variant
from experiments.ramps import EVERYBODY
from workspace.sentences import together


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


def of_saved(experiment: Experiment) -> Consequence:
    """What the start of an experiment would do as it was saved."""
    others = list(experiment.also_on.all())
    return of_start(experiment, list(experiment.variants.all()), others)


def of_start(
    experiment: Experiment, variants: list[Variant], also_on: Sequence[Placement] = ()
) -> Consequence:
    """What a start would do, also of a plan that has not been saved."""
    split = _(", ").join(f"{variant.name} {percent:g} %" for variant, percent in shares(variants))
    words = {
        "share": ramps.first_share(experiment),
        "place": _quoted([place_of(experiment), *(place.name for place in also_on)]),
        "split": split,
        "who": audience.words_of(experiment),
    }
    more = (
        _blocks(experiment),
        *_elsewhere(variants),
        _ramp(experiment),
        _policy(experiment.policy, experiment.exploration_share),
        _held(experiment),
    )
    return Consequence(together([_sees(experiment) % words, *more]), _counted(experiment))


def _sees(experiment: Experiment) -> str:
    """The sentence for everybody or some, and for all of the traffic or a part."""
    everybody = not (experiment.audience_id or experiment.targeting)
    whole = ramps.first_share(experiment) == EVERYBODY
    if everybody and whole:
        return _("Within five seconds every visitor of “%(place)s” sees one variant: %(split)s.")
    if everybody:
        return _(
            "Within five seconds %(share)s %% of the visitors of “%(place)s” see one variant: "
            "%(split)s. The others go on seeing the default."
        )
    if whole:
        return _(
            "Within five seconds whoever takes part on “%(place)s” sees one variant: %(split)s. "
            "The others go on seeing the default. Who takes part: %(who)s"
        )
    return _(
        "Within five seconds %(share)s %% of those who may take part on “%(place)s” see one "
        "variant: %(split)s. All others go on seeing the default. Who may take part: %(who)s"
    )


def _blocks(experiment: Experiment) -> str:
    if experiment.unit != Experiment.Unit.BLOCK:
        return ""
    words = {"hours": experiment.block_hours}
    return _("All of them see the same one for %(hours)s hours, then it is drawn anew.") % words


def _elsewhere(variants: list[Variant]) -> Iterator[str]:
    """Variants of one place of several."""
    for variant in variants:
        if variant.placement_id and variant.placement:
            words = {"variant": variant.name, "place": variant.placement.name}
            yield (
                _(
                    "“%(variant)s” is shown on “%(place)s” only: elsewhere its visitors see the "
                    "default, and count."
                )
                % words
            )


def _held(experiment: Experiment) -> str:
    if not experiment.site.holdout_share:
        return ""
    return _("Visitors of the site's holdout see the default.")


def _ramp(experiment: Experiment) -> str:
    """One more sentence where more follow in steps."""
    last = ramps.last_share(experiment)
    if last == ramps.first_share(experiment):
        return ""
    sentence = _("Then in steps up to %(share)s %%; nobody who is in is moved.")
    return sentence % {"share": last}


def _counted(experiment: Experiment) -> str:
    if experiment.unit == Experiment.Unit.BLOCK:
        return _("Each block of hours is counted as a whole, with the variant that it showed.")
    if experiment.policy == Experiment.Policy.FIXED:
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
    return f"{sentence} {slice_}"


def place_of(experiment: Experiment) -> str:
    return experiment.placement.name if experiment.placement else _("no placement")


def places_of(experiment: Experiment) -> str:
    """All its placements, for the quotation marks of a sentence."""
    return _quoted([place_of(experiment), *(place.name for place in experiment.also_on.all())])


def _quoted(names: list[str]) -> str:
    return "”, “".join(names)
