"""Why an id gets what it gets, step by step: the data plane's own decision, shown slowly.

The id is used and forgotten: nothing here stores it.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from engine.assignment import allocation
from engine.assignment.assign import assign
from engine.assignment.hashing import bucket
from engine.assignment.recipe import Recipe, VariantRecipe
from experiments import compare_and_set, layers
from experiments.models import Experiment, Layer, Status, Variant

Outcome = Literal["passed", "ended"]


@dataclass(frozen=True, slots=True)
class Step:
    """One question of the decision, its answer, and whether it went on from there."""

    question: str
    answer: str
    outcome: Outcome
    bucket: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """All steps, and the variant at their end; None: the default creative."""

    steps: tuple[Step, ...]
    variant: Variant | None
    reason: str


def why(experiment: Experiment, unit: str) -> Explanation:
    """Explain what a visitor with this id sees in an experiment that has been started."""
    variants = list(experiment.variants.select_related("creative"))
    recipe = _recipe(experiment, variants)
    if recipe is None:
        return Explanation((_status_step(experiment),), None, "")
    assigned = assign(recipe, unit)
    steps = [_status_step(experiment)]
    if experiment.status == Status.RUNNING:
        steps.append(_slice_step(recipe, unit))
        if assigned.variant is not None:
            steps.append(_variant_step(recipe, unit, variants[assigned.variant]))
    variant = None if assigned.variant is None else variants[assigned.variant]
    return Explanation(tuple(steps), variant, str(assigned.reason))


def _recipe(experiment: Experiment, variants: list[Variant]) -> Recipe[Variant] | None:
    if experiment.status == Status.DRAFT or experiment.placement is None:
        return None
    layer = Layer.objects.filter(site_id=experiment.site_id, key=experiment.placement.layer).first()
    return Recipe(
        key=experiment.key,
        status=experiment.status,  # type: ignore[arg-type]
        layer_seed=layer.seed if layer else experiment.placement.layer,
        slice=layers.slice_of(experiment),
        seed=experiment.seed,
        phase=experiment.phase,
        variants=tuple(VariantRecipe(v.key, (v.bucket_start, v.bucket_end), v) for v in variants),
    )


def _status_step(experiment: Experiment) -> Step:
    question = _("Is the experiment running?")
    if experiment.status == Status.RUNNING:
        return Step(question, _("Yes, phase %(phase)s.") % {"phase": experiment.phase}, "passed")
    words = {"status": compare_and_set.status_word(experiment.status)}
    return Step(question, _("No, it is %(status)s: everybody sees the default.") % words, "ended")


def _slice_step(recipe: Recipe[Variant], unit: str) -> Step:
    drawn = bucket(recipe.layer_seed, unit)
    inside = allocation.contains(recipe.slice, drawn)
    words = {"bucket": drawn, "share": f"{allocation.size(recipe.slice) / 100:g}"}
    answer = (
        _("Bucket %(bucket)s of the layer is among the %(share)s %% of this experiment.")
        if inside
        else _("Bucket %(bucket)s of the layer is outside its %(share)s %%: the default is shown.")
    )
    question = _("Is this visitor one of those who take part?")
    return Step(question, answer % words, "passed" if inside else "ended", drawn, recipe.slice)


def _variant_step(recipe: Recipe[Variant], unit: str, variant: Variant) -> Step:
    drawn = bucket(recipe.draw_seed, unit)
    first, end = variant.bucket_start, variant.bucket_end
    words = {"bucket": drawn, "first": first, "last": end - 1, "variant": variant.name}
    answer = _("Bucket %(bucket)s lies in %(first)s–%(last)s: %(variant)s.") % words
    return Step(_("Which variant?"), answer, "passed", drawn, ((first, end),))
