"""Home: what needs me today?"""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from creatives import landings, reviewing, wall
from creatives.models import Creative, Version
from experiments import alarms, first_hour, listing, standing, telling
from experiments.library import cards, record
from experiments.models import Experiment, Status
from experiments.views.finding import with_pictures
from workspace import keys, seen
from workspace.access import GRANTS, Permission, SiteRequest, site_page
from workspace.models import ApiKey

CARDS, RUNNING, LEARNINGS = 6, 12, 3


@dataclass(frozen=True, slots=True)
class Card:
    """Something that waits for a person: which experiment, why, and the one button."""

    experiment: Experiment
    text: str
    button: str
    page: str


@site_page(Permission.VIEW)
def home(request: SiteRequest) -> HttpResponse:
    """Cards that wait for somebody, what runs, what was learned, and the first hour until done."""
    site, now = request.site, timezone.now()
    own = Experiment.objects.filter(site=site)
    running = _ids(own.filter(status__in=(Status.RUNNING, Status.PAUSED)), "-started_at", RUNNING)
    learned = _ids(own.filter(status=Status.DECIDED), "-decided_at", LEARNINGS)
    waiting = _waiting(request)
    rows = _loaded([*running, *learned, *(pk for pks, *_words in waiting for pk in pks)])
    tasks = first_hour.tasks(site, request.user, request.role)
    waits = [_card(rows[pk], *words) for pks, *words in waiting for pk in pks]
    dead_ends, reviews, exposed = _dead_ends(request), _reviews(request), _exposed(request)
    wrong = alarms.of(site, now=now)
    context = {
        "reviews": reviews,
        "cards": waits,
        "dead_ends": dead_ends,
        "exposed": exposed,
        "alarms": wrong,
        "needs": len(waits) + len(dead_ends) + bool(reviews) + len(exposed) + len(wrong),
        "running": [(rows[pk], listing.progress(rows[pk], now)) for pk in running],
        "learnings": [cards.of(rows[pk]) for pk in learned],
        "record": record.counted(site) if learned else None,
        "tasks": [] if all(task.done for task in tasks) else tasks,
        "next": next((task for task in tasks if not task.done), None),
        "done": sum(task.done for task in tasks),
        "anything": bool(rows) or own.exists(),
    }
    return render(request, "experiments/home.html", context)


def _card(experiment: Experiment, text: str, button: str, page: str) -> Card:
    """Where the clock has a message, the message itself."""
    return Card(experiment, telling.sentence(experiment) or text, button, page)


@require_POST
@site_page(Permission.VIEW)
def put_away(request: SiteRequest) -> HttpResponse:
    """The first hour is over for this person, whatever is done of it."""
    seen.note(request.site, request.user, first_hour.PUT_AWAY, now=timezone.now())
    return redirect("experiments:home", request.site.key)


def _waiting(request: SiteRequest) -> list[tuple[list[int], str, str, str]]:
    """Experiments that wait for a person: ids, why, the button, its page."""
    site, granted = request.site, GRANTS.get(request.role, frozenset())
    still = standing.standing_still(site, now=timezone.now())
    told = telling.standing(site).exclude(pk__in=still.values("pk"))
    found = [
        (still, _("It stands still: one of its banners may not be shown."), _("Look"), "results"),
        (listing.doubtful(site), _("The data must be checked first."), _("Look"), "results"),
        (listing.ready(site), _("There is an answer; nobody has decided."), _("Look"), "results"),
    ]
    found.append((told, _("The clock has a message."), _("Look"), "results"))
    if Permission.APPROVE in granted:
        asked = Experiment.objects.filter(site=site, status=Status.IN_REVIEW)
        others = asked.exclude(submitted_by=request.user).exclude(owner=request.user)
        found.append(
            (others.order_by("submitted_at"), _("It waits for your approval."), _("Look"), "design")
        )
    if Permission.EDIT in granted:
        drafts = Experiment.objects.filter(site=site, status=Status.DRAFT).order_by("-created_at")
        found.append((drafts, _("A draft that has not started."), _("Go on"), "design"))
    return [(_ids(rows, None, CARDS), why, button, page) for rows, why, button, page in found]


def _dead_ends(request: SiteRequest) -> list[Creative]:
    """Banners that lead nowhere, for whoever can change that."""
    if Permission.EDIT not in GRANTS.get(request.role, frozenset()):
        return []
    return list(wall.with_newest(landings.dead_ends(request.site))[:CARDS])


def _exposed(request: SiteRequest) -> list[ApiKey]:
    """Secret keys that lie open in a page, for whoever can replace them."""
    if Permission.ADMINISTER not in GRANTS.get(request.role, frozenset()):
        return []
    return list(keys.exposed(request.site, now=timezone.now())[:CARDS])


def _reviews(request: SiteRequest) -> list[Version]:
    """Banners that wait for this person's word, the longest first."""
    if Permission.REVIEW not in GRANTS.get(request.role, frozenset()):
        return []
    return list(reviewing.for_person(request.site, request.user)[:CARDS])


def _ids(rows: QuerySet[Experiment], order: str | None, most: int) -> list[int]:
    ordered = rows.order_by(order, "-id") if order else rows
    return list(ordered.values_list("pk", flat=True)[:most])


def _loaded(ids: list[int]) -> dict[int, Experiment]:
    """All cards of the page with their pictures, loaded at once."""
    return {row.pk: row for row in with_pictures(Experiment.objects.filter(pk__in=ids))}
