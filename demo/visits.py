"""Who of the site's own people has been in the shop: a step of their first hour."""

from django.http import HttpRequest
from django.utils import timezone

from demo.simulation import SITE
from experiments import first_hour
from workspace import seen
from workspace.models import Site

NO_SHOP = ("simulate", "simulation")  # pages without a banner
NOTED = "visited_shop"  # in the session, so that the database is asked once


def note(request: HttpRequest) -> None:
    """Remember that a member of the demo site has seen a page with a banner."""
    name = request.resolver_match.url_name if request.resolver_match else None
    if name in NO_SHOP or not request.user.is_authenticated or request.session.get(NOTED):
        return
    site = Site.objects.filter(key=SITE, memberships__user=request.user).first()
    if site is not None:
        seen.note(site, request.user, first_hour.VISITED, now=timezone.now())
        request.session[NOTED] = True
