"""Where a click may lead."""

import re
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from engine.errors import InvalidInput

FIELD = "landing_url"
MAX_CHARACTERS = 2000
# Browsers drop or rewrite these inside an address, so that it leads elsewhere than it seems to.
UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")
WRITE_IT = _("Write the full address, such as https://shop.example/spring")


def check(url: str) -> str:
    """The address, stripped; raises InvalidInput unless it is plain http or https with a host."""
    url = url.strip()
    if not url:
        raise _refusal(_("A click must lead somewhere."))
    if len(url) > MAX_CHARACTERS:
        raise _refusal(_("The address is longer than %(n)s characters.") % {"n": MAX_CHARACTERS})
    if UNSAFE.search(url):
        raise _refusal(_("The address has spaces or characters that do not belong in one."))
    _check_parts(url)
    return url


def _check_parts(url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise _refusal(_("The address cannot be read.")) from None
    if parts.scheme not in {"http", "https"}:
        raise _refusal(_("Only addresses that begin with https:// or http:// are possible."))
    if "%" in parts.netloc:  # browsers undo the escape, or give up
        raise _refusal(_("The address cannot be read."))
    if not host:
        raise _refusal(_("The address has no host."))
    if "@" in parts.netloc:
        raise _refusal(_("The address contains a user name or password."))


def _refusal(detail: object) -> InvalidInput:
    return InvalidInput(detail, field=FIELD, hint=WRITE_IT)
