"""Data health: can I trust the numbers?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from delivery.remedies import REMEDIES
from engine.errors import InvalidInput
from events import replaying
from events.replaying import Wanted
from experiments import data_health
from workspace.access import Permission, SiteRequest, site_page


@site_page(Permission.VIEW)
def index(request: SiteRequest) -> HttpResponse:
    """What arrived, what was refused and why, and what lacks."""
    page = data_health.page(request.site, now=timezone.now())
    context = {"page": page, "alarm": data_health.alarm(page.recent)}
    return render(request, "experiments/data_health.html", context)


@require_POST
@site_page(Permission.EDIT)
def replay(request: SiteRequest) -> HttpResponse:
    """Try rejected events again, those of one reason or all; a job does it."""
    reason = request.POST.get("reason", "")
    if reason and reason not in REMEDIES:
        raise InvalidInput(_("There is no such reason."), field="reason")
    replaying.ask(request.site, Wanted(reason), actor=request.user, now=timezone.now())
    messages.success(request, _("The rejected events are tried again."))
    return redirect("experiments:data-health", request.site.key)
