"""Tests that shops decide by themselves: what keeps one from it, said when it is designed.

What GrowthBook's SDKs would decide otherwise than we do is refused, never decided in two ways.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences.models import Segment
from creatives.models import Creative, Placement
from delivery.protocols import conditions
from delivery.protocols.growthbook import Difference, differs
from engine.assignment.targeting import Rule
from engine.errors import InvalidInput
from experiments import audience
from experiments.audience import Audience
from experiments.models import Experiment, Variant
from experiments.planning import Plan

SENTENCES: Final[Mapping[Difference, Any]] = MappingProxyType(
    {
        "policy": gettext_lazy("Shops can only decide a test with a fixed split by themselves."),
        "switchback": gettext_lazy(
            "Shops cannot decide a test by themselves that draws one variant for everybody."
        ),
        "caps": gettext_lazy(
            "Shops cannot count how often a visitor has seen a banner, and one here has a limit."
        ),
        "placements": gettext_lazy("Shops can only decide a test on one placement by themselves."),
        "features": gettext_lazy(
            "Shops cannot ask what only we know of a visitor, of the placement or of the time."
        ),
    }
)
REMEDIES: Final[Mapping[Difference, Any]] = MappingProxyType(
    {
        "policy": gettext_lazy("Choose fixed weights, or let us decide it."),
        "switchback": gettext_lazy("Set the hours of a block to 0, or let us decide it."),
        "caps": gettext_lazy("Take the limit off the banner, or let us decide it."),
        "placements": gettext_lazy("Leave one placement, or let us decide it."),
        "features": gettext_lazy(
            "Rules may ask for device, country, locale, page.url, page.referrer and attributes"
            " with plain names. Change the rule, or let us decide it."
        ),
    }
)


class DecidedOtherwise(InvalidInput):
    """A plan that shops would decide otherwise than we do; `difference` names why."""

    def __init__(self, difference: Difference, detail: str) -> None:
        super().__init__(detail, field="local", hint=str(REMEDIES[difference]))
        self.difference = difference


def check(plan: Plan) -> None:
    """Refuse a plan that is to be decided elsewhere and cannot be; raises DecidedOtherwise."""
    if not plan.local:
        return
    rule = _rule(plan.audience, plan.targeting)
    found = differs(
        policy=plan.policy != Experiment.Policy.FIXED,
        blocks=bool(plan.block_hours),
        caps=_any_cap(variant.creative for variant in plan.variants),
        places=bool(plan.also_on) or any(variant.placement for variant in plan.variants),
        rule=rule,
    )
    if found is not None:
        raise DecidedOtherwise(found, _sentence(found, rule))


def hindrances(
    experiment: Experiment, variants: Sequence[Variant], also_on: Sequence[Placement]
) -> Iterator[tuple[str, str, str]]:
    """The same before the start, as code, sentence and remedy.

    Limits of banners and rules of segments may have changed since the plan was saved.
    """
    if not experiment.local:
        return
    rule = _rule(experiment.audience, experiment.targeting)
    found = differs(
        policy=experiment.policy != Experiment.Policy.FIXED,
        blocks=bool(experiment.block_hours),
        caps=_any_cap(variant.creative for variant in variants),
        places=bool(also_on) or any(variant.placement_id for variant in variants),
        rule=rule,
    )
    if found is not None:
        yield f"local_{found}", _sentence(found, rule), str(REMEDIES[found])


def _any_cap(creatives: Iterable[Creative | None]) -> bool:
    return any(c is not None and (c.cap_per_session or c.cap_per_day) for c in creatives)


def _rule(segment: Segment | None, targeting: Mapping[str, Any]) -> Rule | None:
    """Who takes part; a rule that cannot be read is refused by whoever checks rules."""
    try:
        return audience.joined(Audience(segment, audience.read(targeting)))
    except InvalidInput:
        return None


def _sentence(found: Difference, rule: Rule | None) -> str:
    sentence = str(SENTENCES[found])
    if found != "features" or rule is None:
        return sentence
    names = ", ".join(conditions.unlike(rule))
    return _("%(sentence)s The rule asks for: %(names)s.") % {"sentence": sentence, "names": names}
