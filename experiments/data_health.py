"""Can I trust the numbers? What arrives at a site, what is refused and why, in people's words."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from delivery import remedies
from delivery.messages import CHINESE, ENGLISH
from events import outcomes, replaying, store
from events.models import Import, Rejected
from events.outcomes import Arriving, Day, Hour, Numbers, OfVariant
from experiments import planes
from experiments.models import Variant
from experiments.planes import Plane
from workspace import jobs
from workspace.models import Job, Site

DAYS: Final = 14
HOURS: Final = 48
NEWEST: Final = 10
MOST_VARIANTS: Final = 40
LAG: Final = dt.timedelta(minutes=10)
"""The roll-up runs every minute; behind by more than this, numbers here are old."""
OUTCOMES: Final = {
    "stored": gettext_lazy("Stored"),
    "filtered": gettext_lazy("Set aside"),
    "duplicate": gettext_lazy("Repeated"),
    "conflict": gettext_lazy("In conflict"),
    "rejected": pgettext_lazy("an event", "Rejected"),
}
MARKS: Final = {
    "bot": gettext_lazy("Calls itself a robot"),
    "prefetch": gettext_lazy("Loaded before anybody looked"),
    "head": gettext_lazy("Asked only where a link leads"),
    "too_soon": gettext_lazy("Faster than a person"),
    "rate": gettext_lazy("More than a person does"),
    "late_filter": gettext_lazy("Set aside afterwards"),
    "test": gettext_lazy("Somebody tested a banner"),
}
_PSEUDONYM = re.compile(r"pseudonym:([0-9a-f]{4})[0-9a-f]{28}")
_TOKEN = re.compile(r"bl1\.([\w-]{6})[\w-]+")


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One reason for rejections: how often, what it means, what to do."""

    reason: str
    events: int
    last_at: dt.datetime
    sentence: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One variant with its names."""

    of: OfVariant
    experiment: str
    key: str
    variant: str


@dataclass(frozen=True, slots=True)
class Kept:
    """One rejected event as people may see it."""

    row: Rejected
    sentence: str
    payload: str
    replayable: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """What was set aside under one name."""

    mark: str
    name: str
    events: int


@dataclass(frozen=True, slots=True)
class Page:
    """All of it. `behind`: the totals are older than they should be."""

    recent: Numbers
    days: Sequence[Day]
    hours: Sequence[Hour]
    total: Numbers
    reasons: Sequence[WhyNot]
    variants: Sequence[Shown]
    arriving: Arriving
    marks: Sequence[Mark]
    rolled_at: dt.datetime | None
    behind: bool
    plane: Plane
    kept: Sequence[Kept] = ()
    waiting: int = 0
    imported: Import | None = None
    job: Job | None = None
    names: dict[str, str] = field(default_factory=dict)

    @property
    def losing(self) -> bool:
        """Whether anything of a variant was rejected."""
        return any(one.of.numbers.rejected for one in self.variants)


def language() -> str:
    """The language of the page, as the data plane's sentences know it."""
    return CHINESE if (get_language() or "").startswith("zh") else ENGLISH


def since(site: Site, *, now: dt.datetime, days: int = DAYS) -> dt.date:
    """The first of the days that are looked at."""
    return now.astimezone(outcomes.zone_of(site)).date() - dt.timedelta(days=days - 1)


def page(site: Site, *, now: dt.datetime) -> Page:
    """Everything that the page shows."""
    first, mark = since(site, now=now), store.watermark()
    days, arriving = (
        outcomes.days_of(site, since=first),
        outcomes.arriving(site, since=first, now=now),
    )
    return Page(
        recent=outcomes.recent(site, now=now),
        days=days,
        hours=outcomes.hours_of(site, since=now - dt.timedelta(hours=HOURS)),
        total=outcomes.sum_of(day.numbers for day in days),
        reasons=why_not(site, since=first),
        variants=variants(site, since=first),
        arriving=arriving,
        marks=[Mark(m, str(MARKS.get(m, m)), n) for m, n in arriving.marks.items()],
        rolled_at=mark.rolled_at,
        plane=planes.plane(now=now),
        behind=mark.behind > 0 and (mark.rolled_at is None or now - mark.rolled_at > LAG),
        kept=[kept(row) for row in outcomes.rejected_of(site).order_by("-received_at")[:NEWEST]],
        waiting=replaying.Wanted().of(site).count(),
        imported=Import.objects.filter(site=site).order_by("-started_at").first(),
        job=jobs.latest(replaying.KIND, site=site),
        names={name: str(word) for name, word in OUTCOMES.items()},
    )


def why_not(site: Site, *, since: dt.date) -> list[WhyNot]:
    """The reasons with their sentences, the most frequent first."""
    spoken = language()
    return [
        WhyNot(
            one.reason,
            one.events,
            one.last_at,
            remedies.sentence(one.reason, spoken),
            remedies.remedy(one.reason, spoken),
        )
        for one in outcomes.reasons_of(site, since=since)
    ]


def variants(site: Site, *, since: dt.date) -> list[Shown]:
    """The variants on which most was lost, with their names."""
    found = outcomes.variants_of(site, since=since)
    found.sort(key=lambda one: (-one.numbers.rejected, -one.numbers.received))
    rows = Variant.objects.filter(experiment__site=site).select_related("experiment")
    names = rows.in_bulk([one.variant_id for one in found[:MOST_VARIANTS]])
    shown = [(one, names.get(one.variant_id)) for one in found[:MOST_VARIANTS]]
    return [
        Shown(one, row.experiment.name, row.experiment.key, row.name or row.key)
        for one, row in shown
        if row is not None
    ]


def kept(row: Rejected) -> Kept:
    """A payload with what names somebody, or proves something, shortened."""
    return Kept(
        row,
        remedies.sentence(row.reason, language()),
        shortened(row),
        replayable=replaying.replayable(row),
    )


def shortened(row: Rejected) -> str:
    """The payload in lines; pseudonyms and tokens only begin."""
    try:
        text = json.dumps(json.loads(row.payload), indent=1, ensure_ascii=False)
    except ValueError:
        text = row.payload
    text = text.encode("utf-8", "replace").decode()
    return _TOKEN.sub(r"bl1.\1…", _PSEUDONYM.sub(r"pseudonym:\1…", text))


def alarm(numbers: Numbers) -> str:
    """The line of alarm of the last day; empty while there is none."""
    if not numbers.alarming:
        return ""
    return _("%(share).1f %% of the events since yesterday were rejected: %(n)s of %(all)s.") % {
        "share": numbers.rejected_share * 100,
        "n": numbers.rejected,
        "all": numbers.received,
    }
