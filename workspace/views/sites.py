"""Making a site in the browser: for those who run the installation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from engine.errors import NotAllowed
from workspace import sites
from workspace.forms import NewSiteForm


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Form for a new site; only superusers, because it has no administrators yet."""
    if not request.user.is_superuser:
        raise NotAllowed(_("Only those who run this installation can make a site."))
    form = NewSiteForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "workspace/new_site.html", {"form": form})
    values = form.cleaned_data
    site = sites.create(
        values["key"],
        name=values["name"],
        owner=request.user,
        actor=request.user,
        now=timezone.now(),
        currency=values["currency"],
        timezone=values["timezone"],
        origins=tuple(values["origins"]),
    )
    messages.success(request, _("The site %(name)s is ready.") % {"name": site.name})
    return redirect("experiments:home", site.key)
