"""The slim bar on a demo site's home page while its data come in."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from demo import data
from workspace import jobs, remaining
from workspace.models import Job, Site

register = template.Library()
WHOLE = 100


@dataclass(frozen=True, slots=True)
class BarState:
    """What the bar says: the work, in words and percent; nothing when there is none."""

    job: Job | None
    words: str = ""
    percent: int = 0
    left: str = ""
    failed: bool = False
    stands_still: bool = False


def state_of(site: Site, *, now: dt.datetime) -> BarState:
    """How far the demo data of a site are."""
    job = data.unfinished(site)
    if job is not None:
        percent = WHOLE * job.progress // job.total if job.total else 0
        still = not jobs.workers(now=now).alive
        left = remaining.in_words(job, now=now)
        return BarState(job, _words(job), percent, left, stands_still=still)
    failed = data.failed(site)
    return BarState(failed, failed.error, failed=True) if failed else BarState(None)


def _words(job: Job) -> str:
    """In the reader's language; the row keeps the one of whoever asked."""
    if job.status == Job.Status.QUEUED:
        return _("Demo data: waiting for a worker")
    if job.kind == data.SEED_HISTORY and job.progress < job.total:
        return _("Demo data: day %(day)d of %(days)d …") % {
            "day": job.progress + 1,
            "days": job.total,
        }
    return job.message or _("Working…")


@register.inclusion_tag("demo/_bar.html", takes_context=True)
def demo_bar(context: dict[str, Any]) -> dict[str, Any]:
    """The bar; nothing when the data are there."""
    site = context["site"]
    state = state_of(site, now=timezone.now()) if settings.DEMO else BarState(None)
    return {
        "state": state,
        "site": site,
        "can": context["can"],
        "csrf_token": context.get("csrf_token"),
    }
