"""What is allowed before a start but unwise: soft problems, each with its remedy."""

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from creatives.models import Placement
from events import slots
from experiments.collisions import Other
from experiments.launch import Problem
from experiments.models import Experiment, Variant, Watched
from experiments.sizing import Sizing
from experiments.watching import WatchPlan

LONGEST: Final = 42
"""Days: after six weeks cookies are gone and the season is another one."""
MOST_ARMS: Final = 4
WEEK: Final = 7
FRIDAY: Final = 5
SILENT: Final = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the plan itself, found by whoever asks."""

    sizing: Sizing | None = None
    others: tuple[Other, ...] = ()
    watched: Sequence[WatchPlan] = ()
    also_on: Sequence[Placement] = ()


def of(
    experiment: Experiment, variants: Sequence[Variant], known: Known, *, now: dt.datetime
) -> tuple[Problem, ...]:
    """All soft problems of a plan, saved or not."""
    return tuple(
        Problem(code, message, remedy, field, hard=False)
        for code, message, remedy, field in (
            *_size(experiment, known.sizing),
            *_arms(variants),
            *_end(experiment, now),
            *_collisions(experiment, known.others),
            *_guardrails(known.watched),
            *_silence(experiment, known.also_on, now),
        )
    )


Found = Iterator[tuple[str, str, str, str]]


def _size(experiment: Experiment, sizing: Sizing | None) -> Found:
    if experiment.planned_days > LONGEST:
        yield (
            "long",
            _("%(days)s days are more than six weeks.") % {"days": experiment.planned_days},
            _("Look for a bigger effect, give it more traffic, or compare fewer variants."),
            "planned_days",
        )
    if experiment.mde is None:
        yield (
            "no_effect",
            _("It does not say which effect is worth finding."),
            _("Choose a small, medium or big effect."),
            "mde",
        )
    elif sizing is not None and sizing.gap:
        yield (
            "no_history",
            _("Nobody can say yet how long it takes: too little was counted here lately."),
            _("Plan two whole weeks; the Results page then counts the days left."),
            "planned_days",
        )
    elif sizing is not None:
        yield from _power(experiment, sizing)


def _power(experiment: Experiment, sizing: Sizing) -> Found:
    own = sizing.own
    need = own and (own.open if experiment.reading == Experiment.Reading.OPEN else own.planned)
    if own is None or (need and need.days and need.days <= experiment.planned_days):
        return
    words = {"effect": own.lift, "days": experiment.planned_days, "need": need and need.days}
    if need and need.days:
        sentence = _("An effect of %(effect)s takes %(need)s days; %(days)s are planned.") % words
        weeks = math.ceil(need.days / WEEK) * WEEK
        remedy = _("Plan %(days)s days, or look for a bigger effect.") % {"days": weeks}
    else:
        sentence = _("An effect of %(effect)s cannot be found within a year here.") % words
        remedy = _("Look for a bigger effect, give it more traffic, or compare fewer variants.")
    yield "underpowered", sentence, remedy, "planned_days"


def _arms(variants: Sequence[Variant]) -> Found:
    if len(variants) > MOST_ARMS:
        yield (
            "arms",
            _("%(n)s variants share the visitors: each gets few.") % {"n": len(variants)},
            _("Compare the best four, and the others in another experiment."),
            "variants",
        )


def _end(experiment: Experiment, now: dt.datetime) -> Found:
    start = experiment.starts_at or now
    end = experiment.ends_at or start + dt.timedelta(days=experiment.planned_days)
    if experiment.ends_at is None and experiment.planned_days % WEEK:
        yield (
            "weeks",
            _("%(days)s days are no whole weeks.") % {"days": experiment.planned_days},
            _("Weekends shop differently: plan 7, 14, 21 or 28 days."),
            "planned_days",
        )
    is_planned = experiment.ends_at or experiment.reading == Experiment.Reading.PLANNED
    if is_planned and end.astimezone(ZoneInfo(experiment.site.timezone)).weekday() >= FRIDAY:
        yield (
            "weekend",
            _("It ends on a weekend."),
            _("Start or end it on a working day, when somebody looks at it."),
            "ends_at",
        )


def _collisions(experiment: Experiment, others: Iterable[Other]) -> Found:
    waiting = [one for one in others if one.waits]
    taken = sum(one.share for one in others) + experiment.traffic_share
    if waiting and taken > 100:  # noqa: PLR2004 - percent
        yield (
            "collision",
            _("Together with %(names)s there is not room for all in this layer.")
            % {"names": ", ".join(one.name for one in waiting)},
            _("Lower the traffic share, or agree who goes first."),
            "traffic_share",
        )
    same = [one for one in others if one.same_audience]
    if same:
        yield (
            "same_audience",
            _("%(names)s: for the same segment at the same time.")
            % {"names": ", ".join(one.name for one in same)},
            _("Its visitors may be in both. Run them one after the other, if they meet on a page."),
            "audience",
        )


def _guardrails(watched: Sequence[WatchPlan]) -> Found:
    if not any(one.role == Watched.Role.GUARDRAIL for one in watched):
        yield (
            "guardrails",
            _("No guardrail is watched."),
            _("Say what must not be harmed, such as orders."),
            "watched",
        )


def _silence(experiment: Experiment, also_on: Sequence[Placement], now: dt.datetime) -> Found:
    for place in (experiment.placement, *also_on):
        if place is None:
            continue
        here = Experiment.objects.filter(placement=place).order_by().values("pk")
        if slots.heard_of(place.pk, here, since=now - SILENT) is False:
            yield (
                "silent",
                _("No banner was shown in “%(place)s” in the last 24 hours.")
                % {"place": place.name},
                _("Put the tag and the element of this placement on a page, and open it once."),
                "placement",
            )
