"""What every page's frame needs: the site, the person's role, the menu.

Nothing here asks the database before a template uses it: an error page must come out even when the
database is away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from workspace import requests
from workspace.access import GRANTS, NOBODY
from workspace.models import Site

# section of the address below /s/<site>/, name, symbol in the sprite
ENTRIES = (
    ("", _("Home"), "home"),
    ("experiments/", _("Experiments"), "flask"),
    ("creatives/", _("Creatives"), "photo"),
    ("studio/", _("Studio"), "pencil"),
    ("review/", _("Review"), "circle-check"),
    ("placements/", _("Placements"), "layout-grid"),
    ("audiences/", _("Audiences"), "users"),
    ("library/", _("Library"), "archive"),
    ("why/", _("Why this banner"), "help-circle"),
    ("health/", _("Data health"), "chart-bar"),
    ("audit/", _("Audit log"), "history"),
    ("settings/", _("Settings"), "settings"),
)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the sidebar."""

    href: str
    name: str
    icon: str
    active: bool
    apart: bool = False  # leaves the control plane
    count: Any = None  # what waits there, asked when the menu is drawn


def menu(path: str, site: Site | None) -> list[MenuItem]:
    """The sidebar of a site; empty without one."""
    if site is None:
        return []
    root = reverse("experiments:home", args=[site.key])
    items = [
        MenuItem(
            root + part, str(name), icon, _is_active(path, root, part), count=_waiting(part, site)
        )
        for part, name, icon in ENTRIES
    ]
    return items + list(_demo_item())


def _waiting(part: str, site: Site) -> Any:  # noqa: ANN401 - a number, when it is asked
    """How many banners of the site wait for review."""
    if part != "review/":
        return None
    # By its reverse name: the room of creatives lies above this one.
    return SimpleLazyObject(lambda: site.creatives.filter(versions__status="in_review").count())


def _is_active(path: str, root: str, part: str) -> bool:
    return path.startswith(root + part) if part else path == root


def _demo_item() -> Iterator[MenuItem]:
    if not settings.DEMO:
        return
    try:
        href = reverse("demo:home")
    except NoReverseMatch:
        href = "/demo/"
    yield MenuItem(href, str(_("Demo shop")), "building-store", active=False, apart=True)


def _sites_of(request: HttpRequest) -> list[Site]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    return list(Site.objects.filter(memberships__user=user))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context of the frame: `site`, `role`, `can.<permission>`, `sites`, `menu`."""
    site: Site | None = getattr(request, "site", None)
    role: str | None = getattr(request, "role", None)
    return {
        "site": site,
        "role": role,
        "can": {str(permission): True for permission in GRANTS.get(role or "", NOBODY)},
        "sites": SimpleLazyObject(lambda: _sites_of(request)),
        "menu": menu(request.path, site),
        "request_number": requests.number(),
        "DEMO": settings.DEMO,
        "DELIVERY_URL": settings.DELIVERY_URL,
    }
