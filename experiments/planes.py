"""What each process of the data plane shows shoppers: which snapshot, how old, last heard of when.

They say it themselves (`delivery.presence`); here it is judged against what has been published.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from experiments.models import PlaneProcess, Snapshot
from workspace.sentences import together

HEARD: Final = dt.timedelta(seconds=60)
"""A process speaks every five seconds; after a minute it is down, or cut off from the database."""
BEHIND: Final = dt.timedelta(seconds=60)
"""A snapshot is everywhere within five seconds; after a minute something is in its way."""
FORGOTTEN: Final = dt.timedelta(days=1)
"""So long a process that fell silent is looked for; then it was taken away."""
MOST: Final = 100
"""Of those heard of last; a shop has a handful."""
WELL, LATE, REFUSING, SILENT, STOPPED = "well", "behind", "refusing", "silent", "stopped"
STATES: Final = {
    WELL: gettext_lazy("Up to date"),
    LATE: gettext_lazy("Behind"),
    REFUSING: gettext_lazy("Refuses the newest"),
    SILENT: gettext_lazy("Not heard of"),
    STOPPED: gettext_lazy("Stopped"),
}
REMEDIES: Final = {
    LATE: gettext_lazy(
        "Shoppers see what was live before. Look at its way to the database; start it again if the"
        " others are well."
    ),
    REFUSING: gettext_lazy("The snapshot before stays in force. Its log says why."),
    SILENT: gettext_lazy(
        "It is down, or cut off from the database: then shoppers get what it knew last."
    ),
    STOPPED: gettext_lazy("Nobody answers the shop's pages until one is started."),
}


@dataclass(frozen=True, slots=True)
class Process:
    """One process; `state` is one of `STATES`."""

    name: str
    version: int | None
    published_at: dt.datetime | None
    heard_at: dt.datetime
    state: str

    @property
    def words(self) -> str:
        return str(STATES[self.state])

    @property
    def remedy(self) -> str:
        return str(REMEDIES.get(self.state, ""))


@dataclass(frozen=True, slots=True)
class Plane:
    """All of them, and the newest snapshot: its version and when it was published."""

    processes: Sequence[Process] = ()
    version: int | None = None
    published_at: dt.datetime | None = None

    @property
    def alarm(self) -> str:
        """What is wrong, in words; empty while all is well, or nobody was ever heard of."""
        if not self.processes:
            return ""
        if all(one.state in {SILENT, STOPPED} for one in self.processes):
            return _("No banner server has been heard of for more than a minute.")
        return together((_behind(self._in(LATE, REFUSING)), _silent(self._in(SILENT))))

    def _in(self, *states: str) -> int:
        return sum(one.state in states for one in self.processes)


def _behind(n: int) -> str:
    if not n:
        return ""
    return ngettext(
        "%(n)s banner server shows shoppers an old snapshot.",
        "%(n)s banner servers show shoppers an old snapshot.",
        n,
    ) % {"n": n}


def _silent(n: int) -> str:
    if not n:
        return ""
    return ngettext(
        "%(n)s banner server has not been heard of for more than a minute.",
        "%(n)s banner servers have not been heard of for more than a minute.",
        n,
    ) % {"n": n}


def plane(*, now: dt.datetime) -> Plane:
    """What is known of the data plane."""
    return _judged(_rows(now), now)


def _judged(rows: Sequence[PlaneProcess], now: dt.datetime) -> Plane:
    newest = Snapshot.objects.values_list("version", "created_at").first()
    if newest is None:
        return Plane([_process(row, None, now) for row in rows])
    version, published_at = newest
    lacking = _Published(all(row.version == version for row in rows))
    found = [_process(row, lacking.since(row.version), now) for row in rows]
    return Plane(found, version, published_at)


def alarm(*, now: dt.datetime) -> str:
    """`Plane.alarm`, asking nothing more where nobody was ever heard of."""
    rows = _rows(now)
    return _judged(rows, now).alarm if rows else ""


def forget(*, now: dt.datetime) -> None:
    """Servers that were taken away leave no rows; the last one stays, so that it is missed."""
    last = PlaneProcess.objects.order_by("-heard_at").values("pk")[:1]
    PlaneProcess.objects.filter(heard_at__lt=now - FORGOTTEN).exclude(pk__in=last).delete()


def _rows(now: dt.datetime) -> list[PlaneProcess]:
    """Who runs; where nobody does who was heard of last, however long ago."""
    known = list(PlaneProcess.objects.order_by("-heard_at")[:MOST])
    here = [row for row in known if not row.stopped and row.heard_at > now - FORGOTTEN]
    return sorted(here, key=str) or known[:1]


class _Published:
    """When each version was published, newest first; not asked where nobody needs it."""

    def __init__(self, current: bool) -> None:
        versions = Snapshot.objects.values_list("version", "created_at")
        self._times = [] if current else list(versions)

    def since(self, version: int | None) -> dt.datetime | None:
        """Since when a process with this version lacks a newer one; None where it lacks nothing."""
        if not self._times or version == self._times[0][0]:
            return None
        newer = [at for number, at in self._times if version is None or number > version]
        # After a restore the newest number may be lower than what a process has.
        return min(newer, default=self._times[0][1])


def _process(row: PlaneProcess, lacking_since: dt.datetime | None, now: dt.datetime) -> Process:
    late = lacking_since is not None and now - lacking_since > BEHIND
    found = {
        STOPPED: row.stopped,
        SILENT: now - row.heard_at > HEARD,
        REFUSING: row.refuses,
        LATE: late,
    }
    state = next((name for name, so in found.items() if so), WELL)
    return Process(row.name, row.version, row.published_at, row.heard_at, state)
