"""Long work of the demo, and what the timetable starts."""

import datetime as dt
from typing import Any

from celery import shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from demo import history, live, reset, simulation
from demo.data import RESET, SEED_HISTORY
from demo.models import DemoSite
from workspace import jobs, ticks
from workspace.models import Job

SIMULATE = "simulate_shoppers"
HALF_A_BURST = dt.timedelta(seconds=live.EVERY / 2)


@jobs.register(SIMULATE, title=gettext_lazy("Simulated shoppers"))
def simulate_shoppers(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Send simulated shoppers; the result is the outcome with its experiment's key."""
    order = simulation.Order(
        lift=float(job.parameters["lift"]),
        visitors=int(job.parameters["visitors"]),
        seed=int(job.parameters["seed"]),
    )
    outcome = simulation.run(order, actor=job.created_by, clock=lambda: progress.now, tell=progress)
    return outcome.as_json()


@jobs.register(SEED_HISTORY, title=gettext_lazy("Demo data"))
def seed_history(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Live the demo's past; the result says who came, what was left alone and the seconds."""
    demo = DemoSite.objects.get(site=job.site)
    past = history.bring_in(demo, tell=progress, clock=lambda: progress.now)
    return {
        "message": _("The demo data are here."),
        "shoppers": past.shoppers,
        "left": past.left,
        "seconds": {part: round(seconds, 1) for part, seconds in past.seconds.items()},
    }


@jobs.register(RESET, title=gettext_lazy("Reset of the demo"))
def reset_demo(job: Job, progress: jobs.Progress) -> dict[str, Any]:
    """Empty the demo site and begin its past anew, as a job of its own."""
    assert job.site is not None  # noqa: S101 - nobody asks for it without one
    progress(0, 2, _("Removing the demo data"))
    reset.empty(job.site, but=job, now=progress.now)
    progress(1, 2, _("Making the banners again"))
    reset.again(job.site, actor=job.created_by, now=progress.now)
    return {"message": _("The demo data are being made again.")}


@shared_task(name="demo.tasks.send_shoppers")
def send_shoppers() -> None:
    """A burst of live shoppers on every demo site; nothing where there is no demo."""
    now = timezone.now()
    if settings.DEMO and ticks.first("demo-shoppers", within=HALF_A_BURST, now=now):
        live.send_bursts(now=now)
