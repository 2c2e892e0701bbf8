"""The job: the visitors of the last weeks go through a draft, drawn as the data plane draws them.

What is kept of a visitor is a pseudonym, so that is what is hashed: shares and splits are as they
will be, single visitors fall elsewhere than their raw ids will.
"""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from creatives.models import Placement
from engine.assignment import allocation
from engine.assignment.assign import assign
from engine.assignment.recipe import Recipe, VariantRecipe
from engine.errors import (
    IllegalMove,
    InputError,
    InvalidInput,
    NotEnoughData,
    NotFound,
    StatisticsError,
)
from events import visitors
from events.visitors import PastVisitor
from experiments import layers, sizing
from experiments.models import Experiment, Holdout, Status, Variant
from experiments.rehearsals import replay_rules, replay_words
from experiments.rehearsals.replay_outcome import Alarms, Neighbour, Replay, Side, encode
from workspace import jobs
from workspace.models import Job

KIND: Final = "replay"
DAYS: Final = (14, 28)
MOST_VISITORS: Final = 50_000
FEWEST_VISITORS: Final = 50
"""With fewer a share of them is a matter of luck."""
RUNS: Final = 500
EACH: Final = 50
ALPHA: Final = 0.05
CHUNK: Final = 5_000
PLANNED: Final = (Status.DRAFT, Status.IN_REVIEW, Status.SCHEDULED)
HELD: Final = (Status.RUNNING, Status.PAUSED)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One visitor after the draw: `side` is None outside of the slice."""

    visitor: PastVisitor
    side: int | None
    surely: bool
    possibly: bool


def check(experiment: Experiment) -> None:
    """Refuse what cannot be replayed, with the reason.

    Raises:
        IllegalMove: It has started, or is no experiment on a placement.
        InvalidInput: A switchback, or a plan that nobody can be drawn in.
    """
    if experiment.status not in PLANNED or experiment.placement is None:
        raise IllegalMove(
            _("“%(name)s” has started: only a plan is replayed.") % {"name": experiment.name},
            hint=_("Its own visitors are on the Results page."),
        )
    if experiment.unit == Experiment.Unit.BLOCK:
        raise InvalidInput(
            _("A switchback is drawn by the block of hours, so no visitor can be replayed.")
        )
    weights = [variant.weight for variant in experiment.variants.all()]
    if len(weights) < 2 or min(weights) < 1:  # noqa: PLR2004 - a comparison needs two
        raise InvalidInput(_("The plan needs at least two variants with a weight."))


@jobs.register(KIND, title=gettext_lazy("Replay of a plan"))
def replay(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Replay as asked; repeated after a lost worker it gives the same numbers."""
    experiment = _experiment(job)
    check(experiment)
    progress(0, RUNS, _("Fetching the visitors"))
    found = _replayed(experiment, job.parameters["days"], job, progress)
    progress(RUNS, RUNS, _("Done"))
    return {"message": replay_words.headline(found), "outcome": encode(found)}


def _experiment(job: Job) -> Experiment:
    rows = Experiment.objects.select_related("site", "placement", "audience")
    row = rows.filter(site=job.site, pk=job.parameters["experiment"]).first()
    if row is None:
        raise NotFound(_("This experiment does not exist any more."))
    return row


def _replayed(experiment: Experiment, days: int, job: Job, progress: jobs.Progress) -> Replay:
    now, places = job.created_at, _places(experiment)
    past = visitors.past_visitors(
        experiment.site_id, places, days=days, limit=MOST_VISITORS, now=now
    )
    if len(past) < FEWEST_VISITORS:
        raise NotEnoughData(replay_words.too_few(experiment, len(past), days, FEWEST_VISITORS))
    total = len(past)
    if total == MOST_VISITORS:
        total = visitors.number_of_visitors(experiment.site_id, places, days=days, now=now)
    rows = list(experiment.variants.all())
    recipe, free = _recipe(experiment, rows)
    rule = replay_rules.of(experiment, places)
    drawn = _drawn(past, recipe, rule, progress)
    inside = [one for one in drawn if one.side is not None]
    taking = [one for one in inside if one.possibly]
    zone = ZoneInfo(experiment.site.timezone)
    first = (now - dt.timedelta(days=days)).astimezone(zone).date()
    need, gap = _need(experiment, rows, now)
    alarms, alarms_gap = _alarms(experiment, taking, job, progress)
    return Replay(
        revision=experiment.revision,
        days=days,
        first_day=first.isoformat(),
        total=total,
        sampled=len(past),
        in_slice=len(inside),
        targeted=sum(one.surely for one in inside),
        possible=len(taking),
        unknown=rule.unknown,
        sides=_sides(rows, taking, first, days, zone),
        by_chance=experiment.policy != Experiment.Policy.FIXED,
        neighbours=tuple(_neighbours(experiment, taking, past[-1].unit)),
        free=free,
        holdout=_holdout(experiment),
        need=need,
        sizing_gap=gap,
        alarms=alarms,
        alarms_gap=alarms_gap,
    )


def _places(experiment: Experiment) -> dict[int, Placement]:
    assert experiment.placement is not None  # noqa: S101 - see `check`
    return {row.pk: row for row in (experiment.placement, *experiment.also_on.all())}


def _recipe(experiment: Experiment, rows: Sequence[Variant]) -> tuple[Recipe[str], float | None]:
    """The draft as if it ran; with too little room, with the room there is, which is said."""
    place = experiment.placement
    assert place is not None  # noqa: S101 - see `check`
    occupied = layers.occupied(place, but=experiment)
    wanted = allocation.buckets_of_share(Fraction(experiment.traffic_share, 100))
    room, free = allocation.free(occupied), None
    if allocation.size(room) < wanted:
        free, taken = allocation.size(room) / 100, room
    else:
        taken = allocation.take(wanted, occupied=occupied)
    ranges = allocation.variant_ranges([row.weight for row in rows])
    sides = tuple(VariantRecipe(row.key, at, row.key) for row, at in zip(rows, ranges, strict=True))
    seed = layers.ensure(place).seed
    return (
        Recipe(experiment.key, "running", seed, taken, experiment.seed, experiment.phase, sides),
        free,
    )


def _drawn(
    past: Sequence[PastVisitor],
    recipe: Recipe[str],
    rule: replay_rules.Targeting,
    progress: jobs.Progress,
) -> list[Drawn]:
    found: list[Drawn] = []
    for start in range(0, len(past), CHUNK):
        progress(0, RUNS, _("Sending the visitors through the plan"))
        for one in past[start : start + CHUNK]:
            side = assign(recipe, one.unit).variant
            found.append(Drawn(one, side, rule.surely(one), rule.possibly(one)))
    return found


def _sides(
    rows: Sequence[Variant], taking: Sequence[Drawn], first: dt.date, days: int, zone: ZoneInfo
) -> tuple[Side, ...]:
    counted = Counter(
        (one.side, (one.visitor.at.astimezone(zone).date() - first).days) for one in taking
    )
    sides = []
    for place, row in enumerate(rows):
        by_day = tuple(counted[place, day] for day in range(days + 1))
        sides.append(Side(row.name, row.weight, sum(by_day), by_day))
    return tuple(sides)


def _neighbours(experiment: Experiment, taking: Sequence[Drawn], last: str) -> list[Neighbour]:
    """Every other live test of the site, with the visitors who would have been in both."""
    place, mine = experiment.placement, {one.visitor.unit for one in taking}
    assert place is not None  # noqa: S101 - see `check`
    rows = Experiment.objects.filter(
        site=experiment.site_id, status__in=HELD, origin=Experiment.Origin.LIVE
    ).select_related("placement")
    found = []
    for row in rows.exclude(pk=experiment.pk).order_by("name"):
        same = row.placement is not None and row.placement.layer == place.layer
        others = () if same else visitors.also_seen_by(row.pk, row.phase, up_to=last)
        shared = len(mine.intersection(others))
        found.append(Neighbour(row.key, row.name, shared, same, row.traffic_share))
    return found


def _holdout(experiment: Experiment) -> int:
    rows = Holdout.objects.filter(site=experiment.site_id, ended_at=None)
    return rows.values_list("share", flat=True).first() or 0


def _need(
    experiment: Experiment, rows: Sequence[Variant], now: dt.datetime
) -> tuple[int | None, str]:
    """Visitors that the plan's own sizing asks for, or why it asks for none."""
    found = sizing.of(experiment, rows, now=now)
    if found is None or found.gap:
        return None, found.gap if found else ""
    if not experiment.mde:
        return None, _("The plan names no smallest effect worth finding.")
    own = found.rows[-1]
    need = own.planned if experiment.reading == Experiment.Reading.PLANNED else own.open
    if need is None:
        return None, _("No number of visitors would show an effect as small as the plan's.")
    return need.visitors, ""


def _alarms(
    experiment: Experiment, taking: Sequence[Drawn], job: Job, progress: jobs.Progress
) -> tuple[Alarms | None, str]:
    """Split those who would take part at random, and count what the test finds."""
    from engine.stats import rehearsal

    y, x = _did(experiment.primary_metric, [one.visitor for one in taking])
    rng, alarms = np.random.default_rng(job.pk), 0
    try:
        for done in range(0, RUNS, EACH):
            progress(done, RUNS, _("Splitting them at random"))
            alarms += rehearsal.rehearse(y, x, runs=EACH, rng=rng, alpha=ALPHA).false_alarms
    except (StatisticsError, InputError):
        return None, replay_words.too_little(len(taking))
    return Alarms(RUNS, alarms, ALPHA), ""


def _did(metric: str, taking: Sequence[PastVisitor]) -> tuple[Sequence[int], Sequence[int] | None]:
    if metric == Experiment.Metric.CTR:
        return [one.clicks for one in taking], [one.impressions for one in taking]
    if metric == Experiment.Metric.CONVERSION_RATE:
        return [int(one.converted) for one in taking], None
    return [one.revenue for one in taking], None
