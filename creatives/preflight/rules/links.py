"""Where a click leads: to the shop, and to a page that is there."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from creatives.models import Landing
from creatives.preflight.findings import Finding, blocking, note, passed
from creatives.preflight.subject import Subject
from workspace.models import Site

FRESH = dt.timedelta(hours=24)
"""A page that was there yesterday at this time may be gone: it is visited once a day."""
# Answers that say that the page is there, though not for us.
GUARDED = frozenset({401, 403, 429})


def allowed(about: Subject) -> Iterator[Finding]:
    """A click stays with the shop: on a host of the site's origins, or below one."""
    site = about.creative.site
    foreign = [url for url in about.landing_urls if not is_own(url, site)]
    if foreign:
        yield blocking(
            "landing_allowed",
            _("%(host)s is not a host of this shop.") % {"host": _host(foreign[0]) or foreign[0]},
            _("Link to a page of the shop, or add the origin under Settings."),
        )
    else:
        yield passed("landing_allowed", _("The click stays with the shop."))


def alive(about: Subject) -> Iterator[Finding]:
    """The page was there when it was last visited, and it did not send people elsewhere."""
    rows = [about.landings.get(url) for url in about.landing_urls]
    known = [row for row in rows if row and about.now - row.checked_at <= FRESH]
    dead = next(filter(None, (_trouble(row, about.creative.site) for row in known)), None)
    if dead:
        yield dead
    elif len(known) < len(rows):
        yield note(
            "landing_alive",
            _("The landing page is being checked."),
            _("It is visited by a job; load this page again in a minute."),
        )
    else:
        yield passed("landing_alive", _("The landing page is there."))


def is_own(url: str, site: Site) -> bool:
    """Whether an address belongs to the shop; the demo's shop is a part of the product."""
    host, hosts = _host(url), set(map(_host, site.origins)) - {""}
    if site.is_demo:
        hosts |= {_host(settings.PUBLIC_URL), _host(settings.DELIVERY_URL)}
    return host in hosts or any(host.endswith(f".{own}") for own in hosts)


def is_dead(row: Landing) -> bool:
    """Whether nobody would find the page, as far as the last visit tells."""
    return not (200 <= row.status < 300 or row.status in GUARDED)  # noqa: PLR2004 - HTTP's "found"


def _trouble(row: Landing, site: Site) -> Finding | None:
    if is_dead(row):
        why = row.error or _("It answers with status %(status)s.") % {"status": row.status}
        return blocking(
            "landing_alive",
            " ".join((_("The landing page %(url)s is not there.") % {"url": row.url}, why)),
            _("Mend the page, or link to another one; then check again."),
        )
    if row.final_url and not is_own(row.final_url, site):
        words = {"url": row.url, "host": _host(row.final_url)}
        return blocking(
            "landing_alive",
            _("The landing page %(url)s sends people to %(host)s, which is not of this shop.")
            % words,
            _("Link to a page that stays with the shop."),
        )
    return None


def _host(url: object) -> str:
    """The host of an address in lower case; "" where there is none."""
    try:
        return (urlsplit(str(url)).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
