"""Rejected events once more through the steps they failed at, after somebody has mended the cause.

Each is taken in once, as of the time it was received. What is taken in is no longer counted as
rejected, so that every event still ends in exactly one way. What is refused again stays as it is.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

import psycopg
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from delivery import intake, refusing, sink
from delivery.draft import Refused
from delivery.moment import Tools
from delivery.record import Outcome, Record
from delivery.refusing import CUT, RECORD, KeptNames
from delivery.snapshot import SiteEntry
from events.models import Rejected, Settled
from workspace import audit, jobs
from workspace.models import Job, Site

KIND: Final = "replay_rejected"
TOGETHER: Final = 200
AGAIN: Final = ("", Outcome.REJECTED.value)
"""What a replay left as it was may be tried again; everything else is in the log by now."""
HOPELESS: Final = frozenset({"not_local", "assignment_differs", "needs_secret_key"})
"""What a shop's SDK decided is checked by the id itself, and that is not kept."""
_BAD_ROW = (psycopg.DataError, psycopg.IntegrityError, DataError, IntegrityError)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rejected events of a site: of one reason, received since a time."""

    reason: str = ""
    since: dt.datetime | None = None

    def of(self, site: Site) -> QuerySet[Rejected]:
        """Those that can still be taken in, the oldest first."""
        rows = Rejected.objects.filter(site_id=site.pk, replayed_as__in=AGAIN)
        rows = rows.exclude(sender__has_key=CUT).exclude(reason__in=HOPELESS)
        if self.reason:
            rows = rows.filter(reason=self.reason)
        if self.since is not None:
            rows = rows.filter(received_at__gte=self.since)
        return rows.order_by("pk")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay: outcome → number."""

    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def tried(self) -> int:
        return sum(self.counts.values())

    @property
    def taken(self) -> int:
        """What is new in the log."""
        return self.counts.get("stored", 0) + self.counts.get("filtered", 0)


@dataclass(slots=True)
class _Try:
    """One row on its way: a record, or the reason why there is none."""

    row: Rejected
    record: Record | None


def replayable(row: Rejected) -> bool:
    """Whether it can still be taken in."""
    hopeless = row.reason in HOPELESS or bool(row.sender.get(CUT))
    return row.replayed_as in AGAIN and not hopeless


def replay(
    site: Site,
    wanted: Wanted,
    *,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
    progress: jobs.Progress | None = None,
) -> Replayed:
    """Try what is wanted again; each row is done for good or not at all."""
    rows, counts, last = wanted.of(site), Counter[str](), 0
    total = rows.count()
    while ids := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:TOGETHER]):
        last = ids[-1]
        counts.update(_chunk(site, ids, now=now))
        if progress is not None:
            progress(sum(counts.values()), total)
    done = Replayed(dict(counts))
    if done.tried:
        _note(site, wanted, done, actor=actor, now=now)
    return done


def _note(
    site: Site, wanted: Wanted, done: Replayed, *, actor: AbstractBaseUser | None, now: dt.datetime
) -> None:
    audit.record(
        site=site,
        actor=actor,
        action="replay",
        subject=site,
        after={name: done.counts[name] for name in sorted(done.counts)},
        reason=wanted.reason,
        now=now,
    )


def _chunk(site: Site, ids: Sequence[int], *, now: dt.datetime) -> Counter[str]:
    """A few rows in one transaction; those that the database refuses are found by halving."""
    try:
        with transaction.atomic():
            return _taken(site, _locked(ids), now=now)
    except _BAD_ROW:
        if len(ids) == 1:
            return _refused_again(ids, now=now)
        half = len(ids) // 2
        return _chunk(site, ids[:half], now=now) + _chunk(site, ids[half:], now=now)


def _locked(ids: Sequence[int]) -> list[Rejected]:
    """Two replays at once share the rows between them."""
    rows = Rejected.objects.select_for_update(skip_locked=True)
    return list(rows.filter(pk__in=ids, replayed_as__in=AGAIN).order_by("pk"))


def _refused_again(ids: Sequence[int], *, now: dt.datetime) -> Counter[str]:
    rejected = Outcome.REJECTED.value
    Rejected.objects.filter(pk__in=ids).update(replayed_at=now, replayed_as=rejected)
    return Counter({rejected: len(ids)})


def _taken(site: Site, rows: Sequence[Rejected], *, now: dt.datetime) -> Counter[str]:
    tools, entry = _tools(), _entry(site)
    tries = [_Try(row, _record(row, entry, tools)) for row in rows]
    good = [one for one in tries if one.record is not None]
    outcomes = sink.write(connection.connection, [one.record for one in good if one.record])
    known = {one.row.pk: _word(one, out) for one, out in zip(good, outcomes, strict=True)}
    for one in tries:
        one.row.replayed_at = now
        one.row.replayed_as = known.get(one.row.pk, Outcome.REJECTED.value)
    Rejected.objects.bulk_update(rows, ["replayed_at", "replayed_as"])
    Settled.objects.bulk_create(_taken_back(one, tools) for one in good)
    return Counter(row.replayed_as for row in rows)


def _word(one: _Try, outcome: Outcome) -> str:
    marked = one.record is not None and bool(one.record.mark)
    return "filtered" if marked and outcome is Outcome.STORED else outcome.value


def _record(row: Rejected, site: SiteEntry, tools: Tools) -> Record | None:
    if row.sender.get(RECORD):
        return refusing.record_of(row.payload)
    sender = refusing.sender_of(row.sender, site)
    try:
        return intake.record(row.payload.encode(), sender, tools)
    except Refused:
        return None


def _taken_back(one: _Try, tools: Tools) -> Settled:
    """One rejected event less, where it was counted."""
    row = one.row
    experiment, variant = _shown(one, tools)
    return Settled(
        site_id=row.site_id,
        at=row.received_at,
        kind=row.kind,
        outcome=Outcome.REJECTED.value,
        reason=row.reason,
        experiment_id=experiment,
        variant_id=variant,
        events=-1,
    )


def _shown(one: _Try, tools: Tools) -> tuple[int, int]:
    if one.row.sender.get(RECORD) and one.record is not None:
        return one.record.experiment_id or 0, one.record.variant_id or 0
    return refusing.shown_in(json.loads(one.row.payload), one.row.site_id, tools)


@cache
def _tools() -> Tools:
    tools = Tools.of(settings.CONFIG)
    return replace(tools, pseudonyms=KeptNames(tools.pseudonyms.keys))


def _entry(site: Site) -> SiteEntry:
    """The site as it is now: what was wrong with it may have been mended."""
    return SiteEntry(
        site.pk,
        site.key,
        tuple(site.origins),
        site.currency,
        count_automated=site.count_automated,
        timezone=site.timezone,
    )


def ask(site: Site, wanted: Wanted, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Job:
    """Have it done in the background."""
    since = wanted.since.isoformat() if wanted.since else ""
    return jobs.enqueue(
        KIND,
        site=site,
        parameters={"reason": wanted.reason, "since": since},
        actor=actor,
        now=now,
    )


@jobs.register(KIND, title=gettext_lazy("Rejected events tried again"))
def run(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """The job; what a killed worker has taken in is not taken in again."""
    site, since = job.site, job.parameters["since"]
    assert site is not None  # noqa: S101 - `ask` names one
    wanted = Wanted(job.parameters["reason"], dt.datetime.fromisoformat(since) if since else None)
    done = replay(site, wanted, actor=job.created_by, now=progress.now, progress=progress)
    return dict(done.counts)
