"""Where a person lands."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from workspace.access import NO_ID
from workspace.models import Site


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the site last visited, else the first one; without any, say what to do."""
    sites = Site.objects.filter(memberships__user_id=request.user.pk or NO_ID)
    site = sites.filter(key=request.session.get("site")).first() or sites.first()
    if site is None:
        return render(request, "workspace/no_site.html")
    return redirect("experiments:home", site.key)
