"""What is decided before any variant is drawn: tests, the holdout, who is targeted, where."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from audiences import sentences
from creatives.models import Placement
from delivery import blocks, decide, holdout, places
from delivery.index import ReadyExperiment
from delivery.visitor import Visitor
from engine.assignment import targeting
from engine.assignment.hashing import bucket
from engine.assignment.known_features import is_of_request
from engine.assignment.targeting import Item, Rule
from experiments.inquiry import Inquiry
from experiments.models import Experiment
from experiments.steps import Line, Step

CLOCK = frozenset({"time.hour", "time.weekday"})
TOLD = CLOCK | places.OF_PLACEMENT
"""What of a request is known without one: the time and the placement."""


def forced(ready: ReadyExperiment, visitor: Visitor, row: Experiment) -> Step | None:
    """That somebody tests, if they do: then nothing else is asked."""
    apart = visitor.apart
    if apart is None or decide.forced(ready, visitor) is None:
        return None
    names = {variant.pk: variant.name for variant in row.variants.all()}
    words = {"variant": names.get(apart.forced[row.pk], "")}
    answer = _("Yes, on the list of test visitors: %(variant)s. Nothing that follows is counted.")
    return Step(_("Does this visitor test the experiment?"), answer % words, "noted")


def held(inquiry: Inquiry) -> Step | None:
    """Whether a visitor belongs to the holdout of the site; None where there is none."""
    entry = inquiry.live.sites[inquiry.site.pk]
    if entry.holdout is None:
        return None
    unit, inside = inquiry.visitor.unit, holdout.is_held(entry, inquiry.visitor.unit)
    drawn, ranges = bucket(entry.holdout.seed, unit), ((0, entry.holdout.buckets),)
    words = {"bucket": drawn, "share": f"{entry.holdout.buckets / 100:g}"}
    answer = (
        _("Yes: bucket %(bucket)s is among its %(share)s %%. No experiment is shown this quarter.")
        if inside
        else _("No: bucket %(bucket)s is outside its %(share)s %%.")
    )
    question = _("Does this visitor belong to the holdout?")
    return Step(question, answer % words, "ended" if inside else "passed", drawn, ranges)


def targeted(inquiry: Inquiry, ready: ReadyExperiment) -> Iterator[Step]:
    """Whether the visitor belongs to the audience, condition by condition; the clock by itself."""
    rule = ready.entry.targeting
    if rule is None:
        return
    visitor, currency = inquiry.visitor.at(ready.here), inquiry.site.currency
    hours = tuple(item for item in rule.all if _asks(item) <= CLOCK)
    others = tuple(item for item in rule.all if not _asks(item) <= CLOCK)
    if hours:
        yield _daypart(visitor, hours, currency)
    if others:
        yield _audience(visitor, ready, others, currency)


def _asks(item: Item) -> frozenset[str]:
    return frozenset(condition.feature for condition in item.choices)


def _daypart(visitor: Visitor, items: tuple[Item, ...], currency: str) -> Step:
    lines = tuple(_line(visitor, item, currency) for item in items)
    inside = all(line.holds for line in lines)
    words = {"hour": visitor.request.get("time.hour"), "day": visitor.request.get("time.weekday")}
    answer = (
        _("Yes: hour %(hour)s, weekday %(day)s at the shop.")
        if inside
        else _("No: hour %(hour)s, weekday %(day)s at the shop. The default is shown.")
    )
    question = _("Does the experiment run at this time of day?")
    return Step(question, answer % words, "passed" if inside else "ended", lines=lines)


def _audience(
    visitor: Visitor, ready: ReadyExperiment, items: tuple[Item, ...], currency: str
) -> Step:
    question = _("Does this visitor belong to the audience?")
    if ready.targets_profile and visitor.known.late:
        answer = _("What this visitor did did not come in time: the default is shown.")
        return Step(question, answer, "ended")
    lines = [_line(visitor, item, currency) for item in items]
    inside = all(line.holds for line in lines)
    answer = _("Yes, all of it holds.") if inside else _("No: the default is shown.")
    outcome = "passed" if inside else "ended"
    return Step(question, answer, outcome, lines=(*lines, *unasked(items)))  # type: ignore[arg-type]


def _line(visitor: Visitor, item: Item, currency: str) -> Line:
    look = visitor.features.get
    values = ", ".join(_said(look(condition.feature)) for condition in item.choices)
    words = {"condition": sentences.of(Rule((item,)), currency=currency), "value": values}
    holds = targeting.compile(Rule((item,)))(look)
    return Line(_("%(condition)s: it is %(value)s") % words, holds)


def _said(value: object) -> str:
    if value is None:
        return _("not known")
    return sentences.plain(value) if isinstance(value, int | float) else str(value)


def unasked(items: tuple[Item, ...]) -> list[Line]:
    """That some conditions cannot be answered here, where they ask for a page view."""
    asked = {feature for item in items for feature in _asks(item)} - TOLD
    if not any(map(is_of_request, asked)):
        return []
    text = _(
        "What only a page view tells (device, country, address, attributes) is not known here and "
        "matches nothing."
    )
    return [Line(text)]


def block(ready: ReadyExperiment, visitor: Visitor) -> Step | None:
    """Which block of hours it is; None where every visitor is drawn."""
    seconds = ready.entry.block_seconds
    if not seconds:
        return None
    number = blocks.number(visitor.timezone, visitor.now_ms, seconds=seconds)
    words = {"number": number, "hours": f"{seconds / 3600:g}"}
    answer = _("Block %(number)s, of %(hours)s hours: all visitors get what is drawn for it.")
    return Step(_("Which block of hours is it?"), answer % words)


def position(ready: ReadyExperiment, place: int, row: Experiment) -> Step | None:
    """Where the drawn variant is shown; None where that is everywhere."""
    variant = ready.entry.variants[place]
    if not variant.only_on:
        return None
    shown = Placement.objects.filter(pk=variant.only_on).values_list("name", flat=True).first()
    name = next(v.name for v in row.variants.all() if v.pk == variant.id)
    here = places.is_shown(variant, ready.entry.placement_id)
    answer = (
        _("Here: %(variant)s is shown on “%(placement)s” only.")
        if here
        else _("%(variant)s is shown on “%(placement)s” only: here its visitors see the default.")
    )
    words = {"variant": name, "placement": shown}
    return Step(_("Where is it shown?"), answer % words, "passed" if here else "noted")
