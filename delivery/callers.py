"""Who asks: an API key, and the page it is used on."""

import time
from hashlib import sha256

import msgspec

from delivery.index import Live, normal_origin
from delivery.messages import message
from delivery.snapshot import KeyEntry, SiteEntry
from delivery.wire import Request
from engine.errors import NotAllowed, Unauthenticated

_SECRET = "sk_"  # noqa: S105 - what secret keys begin with


class Caller(msgspec.Struct, frozen=True, gc=False):
    """A key that is live, and its site; `secret` keys belong to servers."""

    site: SiteEntry
    secret: bool


def header_key(request: Request) -> str:
    """The key in the header Authorization, else in X-API-Key (as OFREP names it), or nothing."""
    scheme, _, text = request.header(b"authorization").partition(" ")
    if scheme.lower() == "bearer" and text.strip():
        return text.strip()
    return request.header(b"x-api-key").strip()


def identify(live: Live, request: Request, *, elsewhere: str | None = None) -> Caller:
    """The caller by the key in the header, or the one from the query or body (`elsewhere`).

    Raises:
        Unauthenticated: No key, or one that is not live.
        NotAllowed: A publishable key on a page of an origin that is not on the site's list, or a
            secret key in a browser or an address.
    """
    text = header_key(request) or _public(elsewhere)
    if not text:
        raise Unauthenticated(message("no_key"), hint=message("no_key_hint"))
    key = live.keys.get(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    if key is None or key.site_id not in live.sites:
        raise Unauthenticated(message("unknown_key"), hint=message("unknown_key_hint"))
    if key.until is not None and key.until <= time.time():
        raise Unauthenticated(message("expired_key"), hint=message("unknown_key_hint"))
    _check_origin(live, key, request)
    return Caller(live.sites[key.site_id], key.kind == "secret")


def _public(text: str | None) -> str:
    if text and text.startswith(_SECRET):
        raise NotAllowed(
            message("secret_in_address"), field="key", hint=message("secret_in_address_hint")
        )
    return text or ""


def _check_origin(live: Live, key: KeyEntry, request: Request) -> None:
    # Servers send no Origin; browsers send one with every request to another origin and every POST.
    origin = request.headers.get(b"origin")
    if origin is None:
        return
    if key.kind == "secret":
        raise NotAllowed(message("secret_in_browser"), hint=message("secret_in_browser_hint"))
    text = origin.decode("latin-1")
    if normal_origin(text) not in live.origins[key.site_id]:
        raise NotAllowed(
            message("wrong_origin", origin=text[:200]), hint=message("wrong_origin_hint")
        )
