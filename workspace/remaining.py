"""How long a job will still take, from how far it has come; in words, because it is a guess."""

import datetime as dt
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workspace.models import Job

SOONEST: Final = dt.timedelta(seconds=2)
"""Before that a rate says nothing."""
FEW: Final = 10
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
FROM_MINUTES: Final = 55  # seconds; after rounding to tens that is a minute
FROM_HOURS: Final = 90 * MINUTE


def left(job: Job, *, now: dt.datetime) -> dt.timedelta | None:
    """The time that is left at the pace so far; None where nothing can be said."""
    if job.status != Job.Status.RUNNING or job.started_at is None:
        return None
    spent = now - job.started_at
    if not 0 < job.progress <= job.total or spent < SOONEST:
        return None
    return spent * (job.total - job.progress) / job.progress


def in_words(job: Job, *, now: dt.datetime) -> str:
    """ "about 3 minutes left", or nothing."""
    time = left(job, now=now)
    if time is None:
        return ""
    seconds = time.total_seconds()
    if seconds < FEW:
        return _("a few seconds left")
    if seconds < FROM_MINUTES:
        return _("about %d seconds left") % (10 * round(seconds / 10))
    if seconds < FROM_HOURS:
        n = max(1, round(seconds / MINUTE))
        return ngettext("about %d minute left", "about %d minutes left", n) % n
    n = round(seconds / HOUR)
    return ngettext("about %d hour left", "about %d hours left", n) % n
