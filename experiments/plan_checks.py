"""What a plan may not say, draft or not: every refusal names its field."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from engine.errors import InvalidInput, NotFound
from experiments import audience, local_evaluation, policies, tags, watching
from experiments.models import Experiment
from experiments.planning import Plan, VariantPlan
from workspace.models import Site

MOST_VARIANTS: Final = 8
"""More arms than this need more visitors than a shop's slot has, and fit on no page."""
MOST_FACTORS: Final = 4
LONGEST_LEVEL: Final = 64
MOST_LINKS: Final = 10
LONGEST_LINK: Final = 2000


def check(site: Site, plan: Plan) -> None:
    """Refuse a plan that could not be kept or carried out.

    Raises:
        InvalidInput: A value does not fit; `field` says which.
        NotFound: Something of another site.
    """
    for one in (_of_site, _variants, _places, _levels, _audience, _schedule, _record):
        one(site, plan)
    watching.check(plan.watched or (), primary=plan.primary_metric)
    policies.check(site, plan.policy, plan.rules, {v.key for v in plan.variants})
    local_evaluation.check(plan)


def _of_site(site: Site, plan: Plan) -> None:
    if any(place.site_id != site.pk for place in (plan.placement, *plan.also_on)):
        raise NotFound(_("There is no such placement."), field="placement")
    if any(v.creative and v.creative.site_id != site.pk for v in plan.variants):
        raise NotFound(_("There is no such creative."), field="variants")
    if plan.audience is not None and plan.audience.site_id != site.pk:
        raise NotFound(_("There is no such segment."), field="audience")


def _variants(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    checks: tuple[tuple[bool, Callable[[], str]], ...] = (
        (
            len(plan.variants) > MOST_VARIANTS,
            lambda: _("At most %(most)s variants.") % {"most": MOST_VARIANTS},
        ),
        (
            len({v.key for v in plan.variants}) < len(plan.variants),
            lambda: _("Every variant has a key of its own."),
        ),
        (any(v.weight < 1 for v in plan.variants), lambda: _("Every weight is at least 1.")),
        (
            not all(map(_costs_fit, plan.variants)),
            lambda: _("Costs are 0 or more, and a discount is at most 100 %."),
        ),
    )
    for wrong, say in checks:
        if wrong:
            raise InvalidInput(say(), field="variants")


def _costs_fit(variant: VariantPlan) -> bool:
    money = min(variant.creative_cost, variant.media_cost)
    return money >= 0 and 0 <= variant.discount <= 100  # noqa: PLR2004 - percent


def _places(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    if plan.placement in plan.also_on or len(set(plan.also_on)) < len(plan.also_on):
        raise InvalidInput(_("Each placement is chosen once."), field="also_on")
    strange = [place for place in plan.also_on if place.layer != plan.placement.layer]
    if strange:
        raise InvalidInput(
            _("“%(place)s” is of another layer than “%(first)s”.")
            % {"place": strange[0].name, "first": plan.placement.name},
            field="also_on",
            hint=_("One experiment shares out the visitors of one layer. Choose places of it."),
        )
    everywhere = {None, plan.placement, *plan.also_on}
    for variant in plan.variants:
        if variant.placement not in everywhere:
            raise InvalidInput(
                _("%(variant)s is to be shown on a placement that the experiment does not use.")
                % {"variant": variant.name},
                field="variants",
                hint=_("Choose the placement under Goal, or show the variant on all of them."),
            )


def _levels(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    for variant in plan.variants:
        for sentence in _wrong_levels(variant.levels):
            raise InvalidInput(f"{variant.name}: {sentence}", field="variants")


def _wrong_levels(levels: Mapping[str, str]) -> Iterator[str]:
    if len(levels) > MOST_FACTORS:
        yield _("At most %(most)s factors.") % {"most": MOST_FACTORS}
    texts = [text for pair in levels.items() for text in pair]
    if any(not isinstance(one, str) or not 1 <= len(one) <= LONGEST_LEVEL for one in texts):
        yield _("A factor and its level have 1 to %(n)s characters.") % {"n": LONGEST_LEVEL}


def _audience(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    audience.read(plan.targeting)


def _schedule(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    if plan.starts_at and plan.ends_at and plan.ends_at <= plan.starts_at:
        raise InvalidInput(_("The end lies after the start."), field="ends_at")
    if plan.end_action not in Experiment.EndAction.values:
        raise InvalidInput(_("There is no such end."), field="end_action")
    ships = plan.end_action == Experiment.EndAction.SHIP_VARIANT
    if ships and plan.end_variant not in {v.key for v in plan.variants}:
        raise InvalidInput(_("Say which variant everybody sees then."), field="end_variant")
    if plan.end_variant and not ships:
        raise InvalidInput(_("Only a named variant that is shown has a name."), field="end_variant")


def _record(site: Site, plan: Plan) -> None:  # noqa: ARG001 - one signature for all
    if len(plan.links) > MOST_LINKS or not all(map(_is_link, plan.links)):
        raise InvalidInput(
            _("Links are at most %(most)s addresses that begin with https:// or http://.")
            % {"most": MOST_LINKS},
            field="links",
        )
    tags.check(plan.tags)


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and len(text) <= LONGEST_LINK
