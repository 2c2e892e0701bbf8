"""Whether the pages that clicks lead to are there: visited by a job, once a day and at review.

Only what is shown, or is about to be, is visited. A page that was not there is asked again after
ten minutes, so that a short trouble of the shop does not keep a banner away for a day. Nothing is
withdrawn because of it: a person decides.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from creatives.models import Creative, Landing, Version
from creatives.preflight.rules.links import FRESH, is_dead
from engine.errors import LabError
from workspace import fetching, jobs
from workspace.fetching import Answer, Unreachable
from workspace.jobs import Progress
from workspace.models import Job, Site

KIND = "creatives.landings"
SECONDS = 8.0
MOST_BYTES = 64 * 1024
"""Enough to know that a page comes."""
AGAIN = dt.timedelta(minutes=10)
EARLY = dt.timedelta(hours=1)
"""A page is visited again before its last visit is too old to count."""
ERROR_LENGTH = 300


def ask(
    site: Site, urls: Iterable[str] = (), *, actor: AbstractBaseUser | None, now: dt.datetime
) -> Job | None:
    """Have the pages in use, and `urls`, visited where nobody was there lately; None if nowhere.

    `urls` are those of a version that enters review with this transaction: the job finds them.
    """
    if not due(site, urls, now=now):
        return None
    return jobs.enqueue(KIND, site=site, actor=actor, now=now)


def ask_everywhere(*, now: dt.datetime) -> int:
    """The same for every site; how many of them have such pages."""
    return sum(ask(site, actor=None, now=now) is not None for site in Site.objects.all())


def due(site: Site, more: Iterable[str] = (), *, now: dt.datetime) -> list[str]:
    """Addresses in use, and `more`, that were not visited lately."""
    wanted = {*_in_use(site), *more}
    recent = Q(checked_at__gt=now - FRESH + EARLY)
    rows = Landing.objects.filter(recent, site=site, checked_at__lte=now, url__in=wanted)
    fresh = {row.url for row in rows if not is_dead(row) or now - row.checked_at < AGAIN}
    return sorted(wanted - fresh)


@jobs.register(KIND, title=_("Visit the landing pages"))
def visit_due(job: Job, progress: Progress) -> Mapping[str, Any]:
    """Visit everything that is due, also what became due meanwhile."""
    if job.site is None:
        return {"visited": 0, "dead": 0}
    visited: dict[str, bool] = {}
    while urls := [url for url in due(job.site, now=progress.now) if url not in visited]:
        for url in urls:
            visited[url] = is_dead(visit(job.site, url, now=progress.now))
            progress(len(visited), total=len(visited) + len(urls))
    return {"visited": len(visited), "dead": sum(visited.values())}


def visit(site: Site, url: str, *, now: dt.datetime) -> Landing:
    """Go there and keep what came of it."""
    try:
        answer = _answer(url)
        found = {"status": answer.status, "final_url": answer.url, "error": ""}
    except LabError as error:
        found = {"status": 0, "final_url": "", "error": str(error)[:ERROR_LENGTH]}
    row, _made = Landing.objects.update_or_create(
        site=site, url=url, defaults=found | {"checked_at": now}
    )
    return row


def dead_ends(site: Site) -> QuerySet[Creative]:
    """Creatives whose shown version leads to a page that was not there at the last visit."""
    own = Landing.objects.filter(site=site).exclude(status__range=(200, 299))
    dead = [row.url for row in own if is_dead(row)]
    if not dead:
        return Creative.objects.none()
    leads = Q(live__landing_url__in=dead) | Exists(
        Version.objects.filter(pk=OuterRef("live"), copies__landing_url__in=dead)
    )
    shown = Creative.objects.filter(leads, site=site, archived_at=None, expired_at=None)
    return shown.order_by("name", "pk")


def _answer(url: str) -> Answer:
    """HEAD is cheapest; servers that do not know it, or answer it wrongly, are asked again."""
    try:
        answer = fetching.fetch("HEAD", url, timeout=SECONDS)
        if 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's "found"
            return answer
    except Unreachable:
        pass
    return fetching.fetch("GET", url, timeout=SECONDS, max_bytes=MOST_BYTES)


def _in_use(site: Site) -> Iterator[str]:
    """Where versions lead that are shown or in review."""
    versions = Version.objects.filter(
        Q(status=Version.Status.IN_REVIEW) | Q(pk__in=_shown(site)), creative__site=site
    )
    urls = versions.values_list("landing_url", "copies__landing_url")
    yield from (url for pair in urls for url in pair if url)


def _shown(site: Site) -> QuerySet[Creative, int]:
    shown = Creative.objects.filter(site=site, archived_at=None, expired_at=None)
    return shown.exclude(live=None).values_list("live_id", flat=True)
