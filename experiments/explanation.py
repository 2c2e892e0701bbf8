"""Why a visitor gets what they get, step by step: the data plane's own decision, shown slowly.

The steps ask the same functions in the same order as `delivery.decide`; the end is its answer.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import msgspec
from django.utils.translation import gettext as _

from creatives import wall
from creatives.models import Creative, Placement
from delivery import decide
from delivery.index import ReadyExperiment, ReadyPlacement
from delivery.offers import Offer
from engine.assignment import allocation
from engine.assignment.hashing import bucket
from experiments import audience_steps, compare_and_set, known, policy_steps
from experiments.inquiry import Inquiry
from experiments.models import Experiment, Status, Variant
from experiments.steps import Step
from workspace.models import Site


@dataclass(frozen=True, slots=True)
class Explanation:
    """All steps and what comes out: a variant, or (None) the default.

    Attributes:
        steps: In the order in which the data plane asks.
        reason: The reason of the API; empty when nobody is drawn at all.
        propensity: The probability with which the variant was drawn.
        raw: The decision as the API answers it, but for its token.
    """

    steps: tuple[Step, ...]
    variant: Variant | None = None
    creative: Creative | None = None
    reason: str = ""
    propensity: float | None = None
    raw: str = ""


def on_placement(inquiry: Inquiry, placement: Placement) -> Explanation:
    """What a visitor sees on a placement, as `POST /api/v1/decide` decides it."""
    ready = inquiry.live.placements[inquiry.site.pk, placement.key]
    offer = decide.place(ready, inquiry.visitor, inquiry.live.learnt)
    owner = decide.owner_of(ready, inquiry.visitor.unit) if ready.owners else None
    row = _row(owner) if owner else None
    if (tested := _tested(inquiry, ready)) is not None:
        return _told(inquiry.site, [tested[1]], offer, tested[0])
    steps = [_known(inquiry), *_holdout(inquiry)]
    if steps[-1].outcome == "ended":
        return _told(inquiry.site, steps, offer, None)
    steps.append(_owner(ready, inquiry.visitor.unit, row))
    if owner is not None and row is not None:
        steps += _inside(inquiry, owner, row)
    return _told(inquiry.site, steps, offer, row)


def in_experiment(inquiry: Inquiry, experiment: Experiment) -> Explanation:
    """What a visitor gets in one experiment, as `GET /api/v1/assign` decides it."""
    ready = inquiry.live.experiments.get((inquiry.site.pk, experiment.key))
    step = audience_steps.forced(ready, inquiry.visitor, experiment) if ready else None
    if ready is None or (ready.recipe is None and step is None):
        return never(experiment)
    offer = decide.assign(ready, inquiry.visitor, inquiry.live.learnt)
    if step is not None:
        return _told(inquiry.site, [step], offer, experiment)
    steps = [_known(inquiry), *_holdout(inquiry)]
    if steps[-1].outcome != "ended":
        steps += _inside(inquiry, ready, experiment)
    return _told(inquiry.site, steps, offer, experiment)


def _tested(inquiry: Inquiry, ready: ReadyPlacement) -> tuple[Experiment, Step] | None:
    """The experiment of a placement that the visitor tests, and that they do."""
    for number in inquiry.visitor.apart.forced if inquiry.visitor.apart else ():
        if number in ready.known:
            row = _row(ready.known[number])
            step = audience_steps.forced(ready.known[number], inquiry.visitor, row)
            if step is not None:
                return row, step
    return None


def _holdout(inquiry: Inquiry) -> list[Step]:
    step = audience_steps.held(inquiry)
    return [step] if step is not None else []


def _row(owner: ReadyExperiment) -> Experiment:
    return Experiment.objects.prefetch_related("variants").get(pk=owner.entry.id)


def _told(site: Site, steps: list[Step], offer: Offer, row: Experiment | None) -> Explanation:
    answer = msgspec.json.decode(offer.head + b"null}")
    variants = {variant.key: variant for variant in row.variants.all()} if row else {}
    shown = answer["creative"]
    pictures = wall.with_pictures(Creative.objects.filter(site=site))
    return Explanation(
        steps=tuple(steps),
        variant=variants.get(answer["variant"]),
        creative=pictures.filter(key=shown["key"]).first() if shown else None,
        reason=answer["reason"],
        propensity=answer["propensity"],
        raw=json.dumps(answer, indent=2, ensure_ascii=False),
    )


def _known(inquiry: Inquiry) -> Step:
    question = _("What is known of this visitor?")
    if not inquiry.keeps_profiles:
        answer = _("Nothing: without a segment or a capped banner this site keeps no profiles.")
        return Step(question, answer)
    if inquiry.visitor.known.late:
        answer = _("The state store did not answer: the decision does without what it knows.")
        return Step(question, answer, "noted")
    facts = known.facts(inquiry.visitor, currency=inquiry.site.currency)
    answer = _("What this visitor did lately:") if facts else _("Nothing yet.")
    return Step(question, answer, facts=facts)


def _owner(ready: ReadyPlacement, unit: str, row: Experiment | None) -> Step:
    question = _("Which experiment does this visitor belong to?")
    if not ready.owners:
        answer = _("None runs on this placement: everybody sees its default.")
        return Step(question, answer, "ended")
    drawn = bucket(ready.entry.layer_seed, unit)
    if row is None:
        answer = _("Bucket %(bucket)s of the layer belongs to none: the default is shown.")
        ranges = tuple(zip(ready.starts, ready.ends, strict=True))
        return Step(question, answer % {"bucket": drawn}, "ended", drawn, ranges)
    answer = _("Bucket %(bucket)s of the layer belongs to “%(name)s”.")
    return Step(question, answer % {"bucket": drawn, "name": row.name})


def _inside(inquiry: Inquiry, ready: ReadyExperiment, row: Experiment) -> Iterator[Step]:
    """From the status of an experiment to the variant."""
    before = _admission(ready, inquiry.visitor.unit, row)
    for step in chain(before, audience_steps.targeted(inquiry, ready)):
        yield step
        if step.outcome == "ended":
            return
    if ready.policy is None:
        yield from policy_steps.fixed(inquiry, ready, row)
    else:
        yield from policy_steps.by_policy(inquiry, ready, row)


def _admission(ready: ReadyExperiment, unit: str, row: Experiment) -> Iterator[Step]:
    question = _("Is the experiment running?")
    status = ready.entry.status
    if status == "running":
        yield Step(question, _("Yes, phase %(phase)s.") % {"phase": row.phase})
        yield _slice(ready, unit)
        return
    words = {"status": compare_and_set.status_word(status)}
    yield Step(question, _("No, it is %(status)s: everybody sees the default.") % words, "ended")


def _slice(ready: ReadyExperiment, unit: str) -> Step:
    recipe = ready.recipe
    assert recipe is not None  # noqa: S101 - it is no draft
    drawn = bucket(recipe.layer_seed, unit)
    inside = recipe.takes_everybody or allocation.contains(recipe.slice, drawn)
    words = {"bucket": drawn, "share": f"{allocation.size(recipe.slice) / 100:g}"}
    answer = (
        _("Bucket %(bucket)s of the layer is among the %(share)s %% of this experiment.")
        if inside
        else _("Bucket %(bucket)s of the layer is outside its %(share)s %%: the default is shown.")
    )
    question = _("Is this visitor one of those who take part?")
    return Step(question, answer % words, "passed" if inside else "ended", drawn, recipe.slice)


def never(experiment: Experiment) -> Explanation:
    """Why nobody is drawn in an experiment that the data plane does not know."""
    if experiment.status == Status.DRAFT:
        answer = _("No, it is a draft: everybody sees the default.")
    elif not experiment.has_begun:
        answer = _("No, it is %(status)s: everybody sees the default.") % {
            "status": compare_and_set.status_word(experiment.status)
        }
    elif experiment.origin != Experiment.Origin.LIVE:
        answer = _("No, it was run elsewhere and imported.")
    else:
        answer = _("It cannot be shown: a variant or a rule of it is damaged.")
    return Explanation((Step(_("Is the experiment running?"), answer, "ended"),))
