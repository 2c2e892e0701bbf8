"""How testing has gone so far: the share of wins, and what they brought, shrunk to be believed."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from engine.stats.proportion import wilson
from experiments.library import effects, finished
from experiments.library.shrinking import shrunk
from experiments.models import Report
from workspace.models import Site

WIN: Final = "use"


@dataclass(frozen=True, slots=True)
class Ended:
    """A finished test with a report; `win` where it was won and its lift has a range."""

    day: dt.date
    metric: str
    won: bool
    win: "Win | None" = None


@dataclass(frozen=True, slots=True)
class Win:
    """The lift of a winner as measured, and shrunk."""

    measured: float
    shrunk: float


@dataclass(frozen=True, slots=True)
class Record:
    """All finished tests of a site. `share` and its range are None where there is no test."""

    tests: int
    wins: int
    ended: tuple[Ended, ...] = ()
    share: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics on which something was won, the most frequent first."""
        counts = Counter(one.metric for one in self.ended if one.win)
        return tuple(metric for metric, _n in counts.most_common())

    def on(self, metric: str) -> tuple[Ended, ...]:
        """The tests that were decided by one metric."""
        return tuple(one for one in self.ended if one.metric == metric)


def counted(site: Site) -> Record:
    """How many tests and wins there are, without the single ones; two counts."""
    tests = finished.all_of(site).count()
    if not tests:
        return Record(0, 0)
    wins = _reports(site).filter(verdict=WIN).count()
    low, high = wilson(wins, tests)
    return Record(tests, wins, (), wins / tests, low, high)


def of(site: Site) -> Record:
    """The record of a site, in three queries; nothing is worked out from events."""
    zone = ZoneInfo(site.timezone)
    at = Coalesce("experiment__decided_at", "experiment__stopped_at", "experiment__created_at")
    rows = _reports(site).annotate(at=at)
    ended = rows.values_list(
        "at", "experiment__primary_metric", "verdict", "primary_effects", "beliefs"
    )
    return replace(counted(site), ended=tuple(_ended(row, zone) for row in ended))


def _reports(site: Site) -> QuerySet[Report]:
    tests = finished.all_of(site)
    return Report.objects.filter(experiment__in=tests, phase=F("experiment__phase"))


def _ended(row: tuple[Any, ...], zone: ZoneInfo) -> Ended:
    at, metric, verdict, primary, beliefs = row
    won = verdict == WIN
    day: dt.date = at.astimezone(zone).date()
    return Ended(day, metric, won, _win(primary, beliefs) if won else None)


def _win(primary: Any, beliefs: Any) -> Win | None:  # noqa: ANN401 - JSON
    effect = effects.best(effects.effects_of(primary))
    if effect is None or effect.lift is None:
        return None
    believed = shrunk(effect, effects.beliefs_of(beliefs))
    return None if believed is None else Win(effect.lift, believed)


def mean(wins: Sequence[Win]) -> Win | None:
    """The lift of a usual win; None where there is none."""
    if not wins:
        return None
    return Win(fmean(w.measured for w in wins), fmean(w.shrunk for w in wins))
