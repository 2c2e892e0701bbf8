"""How one banner did: every test it was in, read from the reports that are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from creatives.models import Creative
from events import reactions
from experiments.library import cards, effects
from experiments.models import Experiment, Report, Status, Variant
from experiments.reports import numbers
from experiments.reports.names import gap_text, metric_name
from experiments.reports.payload import Effect
from experiments.words import Word

ANSWERED: Final = frozenset({"use", "keep_control", "no_difference", "your_call"})
"""Before that a lift only tempts to be read."""
MOST: Final = 60

WON: Final = Word(_("Won"), "trophy", "good")
LOST: Final = Word(_("Lost"), "circle-x")
EVEN: Final = Word(_("No clear difference"), "equal")
OPEN: Final = Word(pgettext_lazy("test", "Open"), "hourglass")
NO_ANSWER: Final = Word(_("Ended without an answer"), "scale")


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the banner. `lift` is empty where there is none; `gap` says why."""

    experiment: Experiment
    variant: Variant
    outcome: Word
    control: bool
    metric: str
    lift: str = ""
    low: str = ""
    high: str = ""
    gap: str = ""
    impressions: int | None = None
    ctr: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """All tests of a banner and their sums; `ctr` is empty where nobody saw it."""

    tests: tuple[Test, ...]
    won: int
    lost: int
    impressions: int
    clicks: int
    likes: int

    @property
    def ctr(self) -> str:
        return numbers.percent(self.clicks / self.impressions) if self.impressions else ""


def of(creative: Creative, rows: Sequence[Experiment]) -> Record:
    """The record from experiments that `finding.with_pictures` has loaded: two more queries."""
    counts = _counts(rows)
    tests = [
        _test(row, variant, counts.get((row.pk, variant.pk)))
        for row in rows
        for variant in row.variants.all()
        if variant.creative_id == creative.pk
    ]
    mine = [counts[key] for t in tests if (key := (t.experiment.pk, t.variant.pk)) in counts]
    return Record(
        tests=tuple(tests),
        won=sum(test.outcome is WON for test in tests),
        lost=sum(test.outcome is LOST for test in tests),
        impressions=sum(int(one.get("impressions", 0)) for one in mine),
        clicks=sum(int(one.get("clicks", 0)) for one in mine),
        likes=reactions.likes(test.variant.pk for test in tests),
    )


def _counts(rows: Sequence[Experiment]) -> dict[tuple[int, int], Mapping[str, Any]]:
    """What each variant's visitors did, by experiment and variant; policies count by side only."""
    reports = Report.objects.filter(experiment__in=rows, phase=F("experiment__phase"))
    found = reports.values_list("experiment_id", "payload__counts")
    return {(pk, one["arm"]): one for pk, counts in found for one in counts or ()}


def _test(row: Experiment, variant: Variant, counted: Mapping[str, Any] | None) -> Test:
    report = effects.report_of(row)
    verdict = report.verdict if report else ""
    found = effects.effects_of(report.primary_effects if report else None)
    answered = verdict in ANSWERED
    effect = _about(variant, found) if answered else None
    known = effect is not None and effect.lift is not None and effect.lift_span is not None
    low, high = numbers.lift_range(effect.lift_span) if known else ("", "")  # type: ignore[union-attr,arg-type]
    seen = int(counted["impressions"]) if counted else None
    return Test(
        experiment=row,
        variant=variant,
        outcome=_outcome(row, variant, verdict, effects.about(row, found)),
        control=variant.position == 0,
        metric=metric_name(row.primary_metric),
        lift=numbers.lift(effect.lift) if known else "",  # type: ignore[union-attr,arg-type]
        low=low,
        high=high,
        gap=gap_text(effect.lift_gap or effect.gap) if effect and not known else "",
        impressions=seen,
        ctr=numbers.percent(counted["clicks"] / seen) if counted and seen else "",
    )


def _about(variant: Variant, found: Sequence[Effect]) -> Effect | None:
    """The effect of the banner's own variant; the control is what the others are compared with."""
    return next((effect for effect in found if effect.arm == variant.pk), None)


def _outcome(row: Experiment, variant: Variant, verdict: str, effect: Effect | None) -> Word:
    if row.stage not in {Status.STOPPED, Status.DECIDED}:
        return OPEN
    if verdict == "no_difference" and not row.decision:
        return EVEN
    winner = cards.winner(row, list(row.variants.all()), verdict, effect)
    if winner is None:
        return NO_ANSWER
    return WON if winner == variant.pk else LOST
