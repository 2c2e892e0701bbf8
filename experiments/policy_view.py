"""Who decides, in words and shares, for the page that shows a plan."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audiences import sentences
from engine.assignment import allocation, targeting
from engine.assignment.hashing import BUCKETS
from engine.errors import LabError
from experiments import adaptive
from experiments.models import Experiment, Parameters, PolicyRule, Variant
from experiments.policy_forms import SENTENCES

Shares = tuple[float, ...]
"""Percent per variant, in their order."""
Pairs = tuple[tuple[Variant, float], ...]
"""Each variant with its percent."""


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """What visitors of a segment see."""

    key: str
    name: str
    sentence: str
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class LearntShares:
    """What a learning policy does now. `held`: it stays so until somebody lets it learn on."""

    version: int
    at: dt.datetime
    held: bool
    shares: Shares
    chances: Shares


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy of an experiment. `exploration` is 0 where there is no slice."""

    name: str
    sentence: str
    exploration: int
    variants: tuple[Variant, ...]
    lines: tuple[SegmentLine, ...] = ()
    usual: Pairs = ()
    learns: bool = False
    learnt: LearntShares | None = None

    @property
    def rows(self) -> tuple[tuple[Variant, float, float], ...]:
        """Each variant with its share and its chance to be best."""
        if self.learnt is None:
            return ()
        return tuple(zip(self.variants, self.learnt.shares, self.learnt.chances, strict=True))


def of(experiment: Experiment, variants: list[Variant]) -> PolicyView:
    """What there is to show."""
    name, text = next((name, text) for key, name, text in SENTENCES if key == experiment.policy)
    is_fixed = experiment.policy == Experiment.Policy.FIXED
    by_segment = experiment.policy == Experiment.Policy.RULES
    learns = experiment.policy == Experiment.Policy.THOMPSON
    return PolicyView(
        name=str(name),
        sentence=str(text),
        exploration=0 if is_fixed else experiment.exploration_share,
        variants=tuple(variants),
        lines=_lines(experiment, variants) if by_segment else (),
        usual=_pairs(variants, [v.weight for v in variants]) if by_segment else (),
        learns=learns,
        learnt=_learnt(experiment, variants) if learns else None,
    )


def _lines(experiment: Experiment, variants: list[Variant]) -> tuple[SegmentLine, ...]:
    return tuple(
        _line(experiment, rule, variants) for rule in experiment.rules.select_related("segment")
    )


def _line(experiment: Experiment, rule: PolicyRule, variants: list[Variant]) -> SegmentLine:
    weights = [rule.weights.get(variant.key, 0) for variant in variants]
    segment = rule.segment
    return SegmentLine(
        segment.key,
        segment.name,
        words(segment.rule, currency=experiment.site.currency),
        _pairs(variants, weights),
    )


def words(document: object, *, currency: str) -> str:
    """A stored rule as a sentence; one that the back office has spoilt is called so."""
    try:
        return sentences.of(targeting.read(document), currency=currency)
    except LabError:
        return _("This rule cannot be read: correct the segment.")


def _pairs(variants: list[Variant], weights: list[int]) -> Pairs:
    try:
        widths = allocation.widths(weights)
    except LabError:
        widths = tuple(0 for _weight in weights)
    return tuple(zip(variants, (width * 100 / BUCKETS for width in widths), strict=True))


def _learnt(experiment: Experiment, variants: list[Variant]) -> LearntShares | None:
    parameters = adaptive.in_force(experiment)
    if parameters is None:
        return None
    keys = [str(variant.pk) for variant in variants]
    return LearntShares(
        version=parameters.version,
        at=parameters.created_at,
        held=adaptive.is_held(experiment),
        shares=tuple(parameters.widths.get(key, 0) * 100 / BUCKETS for key in keys),
        chances=_chances(parameters, keys),
    )


def _chances(parameters: Parameters, keys: list[str]) -> Shares:
    """Percent; what is nearly sure is not called sure."""
    return tuple(round(100 * parameters.evidence.get(key, {}).get("best", 0), 1) for key in keys)
