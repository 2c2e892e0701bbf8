"""The doors to a demo site's data: reset it, go on bringing it in, how far it is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from demo import data
from demo.templatetags.demo_data import state_of
from workspace.access import Permission, SiteRequest, site_page


@require_http_methods(["GET", "HEAD", "POST"])
@site_page(Permission.EDIT)
def reset(request: SiteRequest) -> HttpResponse:
    """Say what goes and what stays, then let a worker do it."""
    data.check(request.site)
    if request.method != "POST":
        return render(request, "demo/reset.html", {"running": data.unfinished(request.site)})
    data.ask_for_reset(request.site, actor=request.user, now=timezone.now())
    messages.success(request, _("The demo data are being made again; this takes about a minute."))
    return redirect("experiments:home", request.site.key)


@require_POST
@site_page(Permission.EDIT)
def again(request: SiteRequest) -> HttpResponse:
    """Go on with what has failed."""
    data.check(request.site)
    data.ask_for_history(request.site, actor=request.user, now=timezone.now())
    return redirect("experiments:home", request.site.key)


@require_safe
@site_page(Permission.VIEW)
def bar(request: SiteRequest) -> HttpResponse:
    """How far the demo data are, as a part; the whole page is read again when they are there."""
    state = state_of(request.site, now=timezone.now())
    if state.job is None:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "demo/_bar.html", {"state": state})
