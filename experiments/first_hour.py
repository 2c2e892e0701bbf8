"""The first hour on a site: five steps that tick themselves, until they are done or put away.

On an ordinary site they are about the site. A demo site was filled by a seed; there they are about
the person: what the audit log says of them, and two things that they have looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from creatives.models import Creative, Placement
from events.models import UnitTotal
from experiments.models import NOT_BEGUN, Experiment, Status
from experiments.reports.verdict import ANSWERS
from workspace import seen
from workspace.access import GRANTS, Permission
from workspace.models import ApiKey, AuditEntry, Site

READ, VISITED, PUT_AWAY = "finished_test", "shop", "first_hour"
"""What `workspace.seen` keeps of the first hour."""
ENDED = (Status.STOPPED, Status.DECIDED)


@dataclass(frozen=True, slots=True)
class Task:
    """One step, whether it is done, and where to do it."""

    title: str
    text: str
    done: bool
    href: str


def tasks(site: Site, person: AbstractBaseUser, role: str) -> list[Task]:
    """The steps in the order in which they make sense; none when they have been put away."""
    known = seen.by(person, site)
    if PUT_AWAY in known:
        return []
    if not site.is_demo:
        return _of_site(site)
    steps = list(_of_person(site, person, known))
    # Who may not edit has done the hour when the first two are done.
    return steps if Permission.EDIT in GRANTS.get(role, frozenset()) else steps[:2]


def is_finished(experiment: Experiment) -> bool:
    """Whether there is something to read: it has ended, or its report has an answer."""
    answered = experiment.reports.filter(phase=experiment.phase, verdict__in=ANSWERS)
    return experiment.stage in ENDED or answered.exists()


def _of_person(site: Site, person: AbstractBaseUser, known: frozenset[str]) -> Iterator[Task]:
    own = AuditEntry.objects.filter(site=site, actor_id=person.pk)
    made = own.filter(object_type="creative", action="create").values("object_key")
    banners = Creative.objects.filter(site=site, key__in=made)
    drafted = _done_with(own, ("create", "edit"), site).filter(variants__creative__in=banners)
    started = drafted.filter(key__in=_done_with(own, ("start",), site).values("key"))
    yield Task(
        _("Read a finished test"),
        _("Which banner won, by how much, and whether to believe it."),
        READ in known,
        _finished_one(site),
    )
    yield Task(
        _("Visit the shop"),
        _("See a banner where shoppers see it."),
        VISITED in known,
        "/demo/",
    )
    yield Task(
        _("Upload a banner and have it approved"),
        _("Any picture of 728 × 90 pixels fits the cart. Submit it, look once more, approve it."),
        banners.exclude(live=None).exists(),
        _where_to_upload(site, banners),
    )
    yield Task(
        _("Draft an experiment with it"),
        _("Your banner against the one that is there. The cart is free."),
        drafted.exists(),
        reverse("experiments:plan-new", args=[site.key]),
    )
    yield Task(
        _("Start it and see the first visitor"),
        _("Simulated shoppers come within seconds; counts are refreshed every minute."),
        UnitTotal.objects.filter(experiment_id__in=started.values("pk")).exists(),
        _where_to_start(site, drafted),
    )


def _where_to_upload(site: Site, banners: QuerySet[Creative]) -> str:
    """Where the form is; with a banner that nobody has approved yet, its page."""
    key = banners.filter(live=None, archived_at=None).values_list("key", flat=True).first()
    rest = f"creatives/{key}/" if key else "creatives/new/"
    return f"{reverse('experiments:home', args=[site.key])}{rest}"


def _done_with(
    own: QuerySet[AuditEntry], actions: tuple[str, ...], site: Site
) -> QuerySet[Experiment]:
    keys = own.filter(object_type="experiment", action__in=actions).values("object_key")
    return Experiment.objects.filter(site=site, key__in=keys)


def _finished_one(site: Site) -> str:
    own = Experiment.objects.filter(site=site, origin=Experiment.Origin.LIVE, status__in=ENDED)
    key = own.order_by("-decided_at", "-id").values_list("key", flat=True).first()
    if key is None:
        return reverse("experiments:list", args=[site.key])
    return reverse("experiments:detail", args=[site.key, key])


def _where_to_start(site: Site, drafted: QuerySet[Experiment]) -> str:
    key = drafted.order_by("-id").values_list("key", flat=True).first()
    if key is None:
        return reverse("experiments:list", args=[site.key])
    return reverse("experiments:detail", args=[site.key, key])


def _of_site(site: Site) -> list[Task]:
    own = Experiment.objects.filter(site=site, origin=Experiment.Origin.LIVE)
    root = reverse("experiments:home", args=[site.key])
    two_banners, slot, tag, test, visitor = _all_there(
        site,
        Creative.objects.filter(site=site)[1:2],
        Placement.objects.filter(site=site).exclude(fallback=None),
        ApiKey.objects.filter(site=site, revoked_at=None),
        own.exclude(status__in=NOT_BEGUN),
        UnitTotal.objects.filter(experiment_id__in=own.values("pk")),
    )
    return [
        Task(
            _("Upload two banners"),
            _("The one you have and the one you believe in."),
            two_banners,
            f"{root}creatives/new/",
        ),
        Task(
            _("Describe the slot"),
            _("A placement is where the banner goes, with the default that everybody sees."),
            slot,
            f"{root}placements/",
        ),
        Task(
            _("Put the tag on one page"),
            _("One line of HTML with your key; the page is never hidden and never jumps."),
            tag,
            f"{root}settings/",
        ),
        Task(
            _("Start the first test"),
            _("Two banners, a sentence why, and how long."),
            test,
            reverse("experiments:plan-new", args=[site.key]),
        ),
        Task(
            _("See the first visitor arrive"),
            _("Counts are refreshed every minute."),
            visitor,
            reverse("experiments:list", args=[site.key]),
        ),
    ]


def _all_there(site: Site, *rows: QuerySet[Any]) -> tuple[bool, ...]:
    """Whether each of them has a row, asked at once."""
    found: tuple[bool, ...] = Site.objects.values_list(*map(Exists, rows)).get(pk=site.pk)
    return found
