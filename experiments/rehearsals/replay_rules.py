"""Who takes part, asked of the log: which features of a visitor it knows, and what it does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from creatives.models import Placement
from engine.assignment import targeting
from engine.assignment.targeting import Look, Predicate, Rule
from events.visitors import PastVisitor
from experiments import audience
from experiments.models import Experiment

KNOWN: Final = frozenset({"device", "locale", "position", "channel", "time.hour", "time.weekday"})
"""Features of a past visitor that the log has kept."""


@dataclass(frozen=True, slots=True)
class Targeting:
    """Whether a visitor surely takes part, or may, as far as the log goes.

    `surely` takes what is not known for not so, `possibly` for so; `unknown` are those features.
    """

    surely: Callable[[PastVisitor], bool]
    possibly: Callable[[PastVisitor], bool]
    unknown: tuple[str, ...] = ()


def of(experiment: Experiment, places: Mapping[int, Placement]) -> Targeting:
    """The audience and the rule of an experiment, both of which must hold.

    Raises:
        InvalidInput: One of the two is no rule.
    """
    rule = audience.rule_of(experiment)
    if rule is None:
        return Targeting(_everybody, _everybody)
    unknown = tuple(sorted(targeting.features_of(rule) - KNOWN))
    # Where one of several conditions is not known, the whole item may hold.
    sure = [item for item in rule.all if all(one.feature in KNOWN for one in item.choices)]
    ask = _Asked(places, ZoneInfo(experiment.site.timezone))
    whole = targeting.compile(rule)
    part = targeting.compile(Rule(tuple(sure))) if sure else None
    return Targeting(ask.by(whole), ask.by(part) if part else _everybody, unknown)


def _everybody(visitor: PastVisitor) -> bool:  # noqa: ARG001 - one signature for all
    return True


@dataclass(frozen=True, slots=True)
class _Asked:
    places: Mapping[int, Placement]
    zone: ZoneInfo

    def by(self, predicate: Predicate) -> Callable[[PastVisitor], bool]:
        return lambda visitor: predicate(self.look(visitor))

    def look(self, visitor: PastVisitor) -> Look:
        """The features of a visitor, as the log has them; what is empty is not known."""
        place, at = self.places.get(visitor.placement_id), visitor.at.astimezone(self.zone)
        found: dict[str, str | float] = {
            "device": visitor.device,
            "locale": visitor.locale,
            "position": place.key if place else "",
            "channel": place.page_type if place else "",
            "time.hour": at.hour,
            "time.weekday": at.isoweekday(),
        }
        return {name: value for name, value in found.items() if value != ""}.get
