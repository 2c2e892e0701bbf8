"""The demo's data as one thing: asked for, watched, made again."""

import datetime as dt

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from demo.simulation import SITE
from engine.errors import IllegalMove
from workspace import jobs
from workspace.models import Job, Site

SEED_HISTORY = "seed_history"
RESET = "reset_demo"
KINDS = (SEED_HISTORY, RESET)
UNFINISHED = (Job.Status.QUEUED, Job.Status.RUNNING)


def ask_for_history(site: Site, *, actor: AbstractBaseUser | None, now: dt.datetime) -> Job:
    """Let the worker bring in the past, or what is missing of it."""
    return jobs.enqueue(SEED_HISTORY, site=site, actor=actor, now=now)


def ask_for_reset(site: Site, *, actor: AbstractBaseUser, now: dt.datetime) -> Job:
    """Let the worker empty the demo site and fill it again; raises IllegalMove for a real one."""
    check(site)
    return jobs.enqueue(RESET, site=site, actor=actor, now=now)


def check(site: Site) -> None:
    """Only a demo's data may go; raises IllegalMove."""
    if not (site.is_demo and site.key == SITE):
        raise IllegalMove(
            _("“%(site)s” is no demo: its data are real and stay.") % {"site": site.name},
            hint=_("Only the demo site can be reset."),
        )


def unfinished(site: Site) -> Job | None:
    """The work on the demo's data that is not done yet."""
    return Job.objects.filter(site=site, kind__in=KINDS, status__in=UNFINISHED).first()


def failed(site: Site) -> Job | None:
    """The newest work on the demo's data, if it has failed."""
    last = Job.objects.filter(site=site, kind__in=KINDS).first()
    return last if last is not None and last.status == Job.Status.FAILED else None
