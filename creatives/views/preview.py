"""A banner in a shop before visitors see it: in three frames, on a contact sheet, behind a link."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from creatives import previews, rendering, states
from creatives.models import Placement, Version
from creatives.previews import Setting
from engine.errors import NotFound
from workspace.access import Permission, SiteRequest, site_page
from workspace.models import Site

PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
# The page in a frame is only looked at: it sends, opens and embeds nothing.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "img-src 'self'",
        "media-src 'self'",
        "style-src 'self'",
        "script-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)


@require_safe
@site_page(Permission.VIEW)
def preview(request: SiteRequest, key: str) -> HttpResponse:
    """The banner on a page of the shop, on a phone, a tablet and a desktop beside each other."""
    version, placements = _version(request, key), _placements(request.site)
    asked = previews.setting(request.site, request.GET, placements)
    address = reverse("creatives:preview-page", args=[request.site.key, key])
    context = _frames(version, placements, asked, address) | {
        "link": _link(request, version),
        "versions": list(version.creative.versions.values_list("number", flat=True)),
    }
    return render(request, "creatives/preview.html", context)


def _frames(
    version: Version, placements: list[Placement], asked: Setting, address: str
) -> dict[str, Any]:
    query = _query(version, asked)
    return {
        "version": version,
        "creative": version.creative,
        "ribbon": states.of_version(version),
        "approved": version.status == Version.Status.APPROVED,
        "placements": placements,
        "asked": asked,
        "banner": previews.banner(version, asked.placement, asked.locale),
        "locales": version.creative.site.locales,
        "frames": [(device, f"{address}?{query}") for device in previews.DEVICES],
        "query": query,
        "days": previews.DAYS,
    }


def _query(version: Version, asked: Setting) -> str:
    values = {
        "version": version.number,
        "placement": asked.placement.key if asked.placement else "-",
        "locale": asked.locale,
        "theme": "dark" if asked.dark else "",
        "slow": "on" if asked.slow else "",
    }
    return urlencode({name: value for name, value in values.items() if value})


def _link(request: HttpRequest, version: Version) -> str:
    token = previews.token(version, now=timezone.now())
    return request.build_absolute_uri(reverse("preview", args=[token]))


@require_safe
@site_page(Permission.VIEW)
def page(request: SiteRequest, key: str) -> HttpResponse:
    """The page of the shop, for a frame."""
    return _page(request, _version(request, key))


def _page(request: HttpRequest, version: Version) -> HttpResponse:
    site = version.creative.site
    asked = previews.setting(site, request.GET, _placements(site))
    with translation.override(_spoken(asked.locale)):
        answer = render(request, "creatives/preview_page.html", _content(version, asked))
    for name, value in PRIVATE.items():
        answer.headers[name] = value
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _content(version: Version, asked: Setting) -> dict[str, Any]:
    before = _default(asked.placement) if asked.slow else None
    return {
        "asked": asked,
        "site_name": version.creative.site.name,
        "banner": previews.banner(version, asked.placement, asked.locale),
        "version": version,
        "sizes": previews.sizes(asked.placement, version),
        "before": before,
        "goods": GOODS,
    }


GOODS = (
    ("desk-lamp", "butter", "¥329"),
    ("hiking-boot", "mint", "¥899"),
    ("coffee-mill", "peach", "¥459"),
    ("cushion", "lilac", "¥129"),
    ("cast-iron-pot", "sky", "¥649"),
    ("espadrille", "sand", "¥259"),
    ("chef-knife", "sky", "¥389"),
    ("canvas-low", "butter", "¥319"),
)
"""Pictures, tints and prices of the shop around the banner."""


def _default(placement: Placement | None) -> str:
    """What stands in the slot until the banner has come."""
    creative = placement.fallback if placement else None
    version = rendering.shown_version(creative) if creative else None
    file = rendering.file_for(version, None) if version else None
    return rendering.page_url(file.file) if file else ""


def _spoken(locale: str) -> str:
    """The language of the shop's own words in a preview: English where we do not speak its."""
    known = {code.lower(): code for code, _name in settings.LANGUAGES}
    return known.get(locale.lower(), "en")


@require_safe
@site_page(Permission.VIEW)
def sheet(request: SiteRequest, key: str) -> HttpResponse:
    """Every placement, device and language on one page."""
    version, placements = _version(request, key), _placements(request.site)
    context = {
        "version": version,
        "creative": version.creative,
        "ribbon": states.of_version(version),
        "rows": previews.sheet(version, placements),
    }
    return render(request, "creatives/preview_sheet.html", context)


@never_cache
@require_safe
@site_page(Permission.VIEW)
def qr(request: SiteRequest, key: str) -> HttpResponse:
    """The link as a picture that a phone reads."""
    address = f"{_link(request, _version(request, key))}?{urlencode(_kept(request.GET))}"
    return HttpResponse(previews.qr(address), content_type="image/svg+xml", headers=PRIVATE)


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    names = ("placement", "locale", "theme")
    return {name: query[name] for name in names if query.get(name)}


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The same for somebody without an account, as long as the link lasts."""
    try:
        link = previews.opened(token, now=timezone.now())
    except NotFound as error:
        gone = {"detail": str(error)}
        return _private(render(request, "creatives/preview_gone.html", gone, status=404))
    site = link.version.creative.site
    placements = _placements(site)
    asked = previews.setting(site, request.GET, placements)
    address = reverse("preview-page", args=[token])
    context = _frames(link.version, placements, asked, address) | {"ends": link.ends}
    with timezone.override(site.timezone):
        return _private(render(request, "creatives/preview_shared.html", context))


@never_cache
@require_safe
def shared_page(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the shop behind a link, for a frame."""
    return _page(request, previews.opened(token, now=timezone.now()).version)


def _private(answer: HttpResponse) -> HttpResponse:
    for name, value in PRIVATE.items():
        answer.headers[name] = value
    return answer


def _placements(site: Site) -> list[Placement]:
    rows = Placement.objects.filter(site=site).select_related("fallback__live")
    return list(rows.order_by("page_type", "name"))


def _version(request: SiteRequest, key: str) -> Version:
    """The version in the address, else the newest."""
    rows = Version.objects.select_related("creative__site").filter(
        creative__site=request.site, creative__key=key
    )
    number = request.GET.get("version", "")
    if number:
        rows = rows.filter(number=int(number) if number.isdecimal() and len(number) < 9 else 0)  # noqa: PLR2004
    version = rows.prefetch_related("renditions", "copies").order_by("-number").first()
    if version is None:
        raise NotFound(_("There is no such version."))
    return version
