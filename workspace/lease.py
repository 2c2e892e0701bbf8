"""Holding a job: a lease that runs out soon, renewed behind the handler as long as it is alive.

A killed worker renews nothing, so its job is free again after LEASE and taken up by the next sweep:
within half a minute. A handler that hangs is not a live one: after MOST_SILENT without a word of
progress its lease is left to run out as well.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import DatabaseError, connection

from workspace.models import Job

LEASE: Final = dt.timedelta(seconds=20)
RENEW_SECONDS: Final = 5.0
"""Three renewals may fail before the lease is lost."""
MOST_SILENT: Final = dt.timedelta(minutes=15)
"""Longer than any step of a handler between two reports of progress."""
LAST_SECONDS: Final = 5.0

_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


@contextmanager
def held(job: Job, *, clock: Clock, heard: Clock) -> Iterator[None]:
    """Renew the lease of a job until the block ends.

    `clock` tells the time, `heard` when the handler last said how far it is.
    """
    over = threading.Event()
    keeper = threading.Thread(
        target=_keep, args=(job, over, clock, heard), name=f"lease of job {job.pk}", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join(LAST_SECONDS)


def _keep(job: Job, over: threading.Event, clock: Clock, heard: Clock) -> None:
    # A thread has a database connection of its own: it opens one only for jobs that take long.
    try:
        while not over.wait(RENEW_SECONDS) and _renewed(job, clock(), heard()):
            pass
    finally:
        connection.close()


def _renewed(job: Job, now: dt.datetime, heard: dt.datetime) -> bool:
    """Whether to go on: not when the job is somebody else's, nor when its handler hangs."""
    if now - heard > MOST_SILENT:
        _log.error("job %s (%s) has said nothing since %s: it is given up", job.pk, job.kind, heard)
        return False
    try:
        mine = Job.objects.filter(pk=job.pk, lease_token=job.lease_token)
        return bool(mine.update(lease_until=now + LEASE))
    except DatabaseError as error:
        _log.warning("the lease of job %s could not be renewed (%s)", job.pk, error)
        connection.close()  # the next one tries with a fresh connection
        return True
