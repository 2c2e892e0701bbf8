"""Who asks: an API key, and the page it is used on."""

import time
from hashlib import sha256

import msgspec

from delivery.index import Live, normal_origin
from delivery.messages import message
from delivery.moment import Tools
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
    said = request.headers.get(b"authorization")
    if said is not None:
        scheme, _, text = said.decode("latin-1").partition(" ")
        if scheme.lower() == "bearer" and (text := text.strip()):
            return text
    return request.header(b"x-api-key").strip()


def identify(
    live: Live, request: Request, *, elsewhere: str | None = None, tools: Tools | None = None
) -> Caller:
    """The caller by the key in the header, or the one from the query or body (`elsewhere`).

    With `tools` its use is noted, and a browser's key is measured by their limits; what a shopper's
    page needs of a server never is.

    Raises:
        Unauthenticated: No key, or one that is not live.
        NotAllowed: A publishable key on a page of an origin that is not on the site's list, or a
            secret key in a browser or an address.
        RateLimited: More from one network than the limits allow.
    """
    text = header_key(request) or _public(elsewhere, live, request, tools)
    if not text:
        raise Unauthenticated(message("no_key"), hint=message("no_key_hint"))
    key = _find(live, text)
    if key is None or key.site_id not in live.sites:
        hint = message("unknown_key_hint")
        raise Unauthenticated(message("unknown_key"), field=_place(request), hint=hint)
    now = time.time()
    if key.until is not None and key.until <= now:
        raise Unauthenticated(message("expired_key"), field=_place(request))
    _check_origin(live, key, request, tools)
    secret = key.kind == "secret"
    if tools is not None:
        if not secret:
            tools.limits.admit(key.id, request.address)
        tools.key_use.used[key.id] = now
    return Caller(live.sites[key.site_id], secret)


def _place(request: Request) -> str:
    """Where the key stands that was sent."""
    return "Authorization" if header_key(request) else "key"


def _find(live: Live, text: str) -> KeyEntry | None:
    return live.keys.get(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _public(text: str | None, live: Live, request: Request, tools: Tools | None) -> str:
    if text and text.startswith(_SECRET):
        _expose(_find(live, text), request, tools)
        raise NotAllowed(
            message("secret_in_address"), field="key", hint=message("secret_in_address_hint")
        )
    return text or ""


def _expose(key: KeyEntry | None, request: Request, tools: Tools | None) -> None:
    """Alarm the shop: whoever reads the page can read the key."""
    origin = request.headers.get(b"origin")
    if key is not None and origin is not None and tools is not None:
        tools.key_use.expose(key.id, origin.decode("latin-1"), now=time.time())


def _check_origin(live: Live, key: KeyEntry, request: Request, tools: Tools | None) -> None:
    # Servers send no Origin; browsers send one with every request to another origin and every POST.
    origin = request.headers.get(b"origin")
    if origin is None:
        return
    if key.kind == "secret":
        _expose(key, request, tools)
        hint = message("secret_in_browser_hint")
        raise NotAllowed(message("secret_in_browser"), field=_place(request), hint=hint)
    text = origin.decode("latin-1")
    if normal_origin(text) not in live.origins[key.site_id]:
        raise NotAllowed(
            message("wrong_origin", origin=text[:200]),
            field="Origin",
            hint=message("wrong_origin_hint"),
        )
