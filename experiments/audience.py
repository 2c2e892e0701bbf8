"""Who takes part in an experiment: its segment and its own rule, both of which must hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from audiences import preview, sentences
from audiences.models import Segment
from audiences.preview import Sample, Size, Unknown
from engine.assignment import targeting
from engine.assignment.targeting import Rule
from engine.errors import InvalidInput
from experiments.models import Experiment
from workspace.models import Site


@dataclass(frozen=True, slots=True)
class Audience:
    """The segment and the own rule; both None is everybody."""

    segment: Segment | None = None
    own: Rule | None = None

    @property
    def is_everybody(self) -> bool:
        return self.segment is None and self.own is None


def of(experiment: Experiment) -> Audience:
    """Who takes part; raises InvalidInput for a rule that somebody wrote past the use-cases."""
    return Audience(experiment.audience, read(experiment.targeting))


def read(document: object) -> Rule | None:
    """An experiment's own rule; None where it has none.

    Raises:
        InvalidInput: It is no rule; `field` begins with `targeting`.
    """
    if not document:
        return None
    try:
        return targeting.read(dict(document) if isinstance(document, Mapping) else document)
    except InvalidInput as problem:
        place = str(problem.field or "rule").replace("rule", "targeting", 1)
        raise InvalidInput(str(problem), field=place, hint=problem.hint) from None


def rule_of(experiment: Experiment) -> Rule | None:
    """The rule that the data plane asks: the segment's items and the own ones, None for everybody.

    Raises:
        InvalidInput: One of the two is no rule.
    """
    return joined(of(experiment))


def joined(found: Audience) -> Rule | None:
    """Both as one rule; None for everybody. Raises InvalidInput for a broken segment."""
    of_segment = targeting.read(found.segment.rule).all if found.segment else ()
    items = of_segment + (found.own.all if found.own else ())
    return Rule(items) if items else None


def sentence(found: Audience, *, currency: str) -> str:
    """Who that is, as a whole sentence."""
    if found.is_everybody:
        return _("Everybody.")
    own = sentences.of(found.own, currency=currency) if found.own else ""
    if found.segment is None:
        return _("Everybody who %(rule)s.") % {"rule": own}
    words = {"segment": found.segment.name, "rule": own}
    if not own:
        return _("Everybody in the segment “%(segment)s”.") % words
    return _("Everybody in the segment “%(segment)s” who %(rule)s.") % words


def words_of(experiment: Experiment) -> str:
    """The same for an experiment, also for one whose rule cannot be read."""
    try:
        return sentence(of(experiment), currency=experiment.site.currency)
    except InvalidInput:
        return _("Its rule cannot be read: write it again.")


def size(
    found: Audience, site: Site, *, now_ms: int, sample: Sample | Unknown | None = None
) -> Size | Unknown | None:
    """How many of the visitors known now that is; None for everybody.

    `sample` is what was read already, so that a page reads the profiles once.
    """
    rule = joined(found)
    if rule is None:
        return None
    return preview.size(rule, sample or preview.sample(site.pk), now_ms=now_ms)
