"""The first hour on a new site: five steps, until they are done."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from events.models import UnitTotal
from experiments.models import Experiment, Status
from workspace.models import ApiKey, Site


@dataclass(frozen=True, slots=True)
class Task:
    """One step, whether it is done, and where to do it."""

    title: str
    text: str
    done: bool
    href: str


def tasks(site: Site) -> list[Task]:
    """The steps in the order in which they make sense."""
    own = Experiment.objects.filter(site=site, origin=Experiment.Origin.LIVE)
    root = reverse("experiments:home", args=[site.key])
    return [
        Task(
            _("Upload two banners"),
            _("The one you have and the one you believe in."),
            len(Creative.objects.filter(site=site)[:2]) == 2,  # noqa: PLR2004 - two banners
            f"{root}creatives/new/",
        ),
        Task(
            _("Describe the slot"),
            _("A placement is where the banner goes, with the default that everybody sees."),
            Placement.objects.filter(site=site).exclude(fallback=None).exists(),
            f"{root}placements/",
        ),
        Task(
            _("Put the tag on one page"),
            _("One line of HTML with your key; the page is never hidden and never jumps."),
            ApiKey.objects.filter(site=site, revoked_at=None).exists(),
            f"{root}settings/",
        ),
        Task(
            _("Start the first test"),
            _("Two banners, a sentence why, and how long."),
            own.exclude(status=Status.DRAFT).exists(),
            reverse("experiments:new", args=[site.key]),
        ),
        Task(
            _("See the first visitor arrive"),
            _("Counts are refreshed every minute."),
            UnitTotal.objects.filter(experiment_id__in=own.values("pk")).exists(),
            reverse("experiments:list", args=[site.key]),
        ),
    ]
