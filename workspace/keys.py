"""API keys: only a hash is kept, and the text of a secret key is shown once.

A publishable key lies open in every page of the shop, so people must be able to look it up again.
Its text is derived from its first characters by a keyed hash: with the SECRET_KEY of the
installation it can be shown, from a copy of the database alone it cannot be made.
"""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy

from engine.errors import IllegalMove
from workspace import audit, webhooks
from workspace.models import ApiKey, Site

PREFIXES = {ApiKey.Kind.PUBLISHABLE: "pk_", ApiKey.Kind.SECRET: "sk_"}
# 32 random bytes: a plain SHA-256 of it can be stored, there is nothing to guess.
RANDOM_BYTES = 32
SHOWN_CHARACTERS = 12
SEEN_IN_A_BROWSER = "secret key seen in a browser"
TELL_AGAIN = dt.timedelta(days=1)
REMIND = dt.timedelta(days=7)
EXPOSED = "key.exposed"
webhooks.register({EXPOSED: gettext_lazy("A secret key was used in a browser")})


def digest(text: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(text.encode()).hexdigest()


def find(text: str) -> ApiKey | None:
    """The active key with this text, with its site."""
    active = ApiKey.objects.select_related("site").filter(revoked_at=None)
    return active.filter(sha256=digest(text)).first()


def expired(key: ApiKey, *, now: dt.datetime) -> bool:
    """Whether the time of a key is over."""
    return key.expires_at is not None and key.expires_at <= now


def seen_in_a_browser(key: ApiKey, *, origin: str, now: dt.datetime) -> None:
    """Note it at the key, and tell it."""
    ApiKey.objects.filter(pk=key.pk).update(seen_in_browser_at=now, seen_origin=origin[:200])
    _tell(key, origin=origin, now=now)


def _tell(key: ApiKey, *, origin: str, now: dt.datetime) -> None:
    """To audit log and webhooks, once a day: an alarm that repeats at every call is not read."""
    with transaction.atomic():
        ApiKey.objects.select_for_update().get(pk=key.pk)
        told = key.site.audit_entries.filter(
            action=SEEN_IN_A_BROWSER, object_key=str(key)[:100], at__gt=now - TELL_AGAIN
        )
        if told.exists():
            return
        state = {"key": key.prefix, "origin": origin[:200]}
        audit.record(
            site=key.site, actor=None, action=SEEN_IN_A_BROWSER, subject=key, after=state, now=now
        )
        about = {"site": key.site.key, "key": key.prefix, "name": key.name, "origin": origin[:200]}
        webhooks.announce(key.site, type=EXPOSED, payload=about, now=now)


def exposed(site: Site, *, now: dt.datetime) -> QuerySet[ApiKey]:
    """Live secret keys that lay open in a page lately; the newest first."""
    return site.api_keys.filter(
        revoked_at=None, seen_in_browser_at__gt=now - REMIND, kind=ApiKey.Kind.SECRET
    ).order_by("-seen_in_browser_at")


def alarm(*, now: dt.datetime) -> int:
    """Tell what data-plane processes have noted of keys in browsers; the number of keys."""
    noted = ApiKey.objects.select_related("site").filter(
        revoked_at=None, seen_in_browser_at__gt=now - TELL_AGAIN
    )
    for key in noted:
        assert key.seen_in_browser_at is not None  # noqa: S101 - by the filter
        _tell(key, origin=key.seen_origin, now=now)
    return len(noted)


def note(used: Mapping[int, float], exposed: Mapping[int, tuple[float, str]]) -> None:
    """Write down when keys were used, and which were seen in which origin's pages (Unix times)."""
    for key_id, at in used.items():
        time = Value(dt.datetime.fromtimestamp(at, dt.UTC))
        ApiKey.objects.filter(pk=key_id).update(last_used_at=Greatest("last_used_at", time))
    found = ApiKey.objects.select_related("site").in_bulk(exposed)
    for key_id, key in found.items():
        at, origin = exposed[key_id]
        seen_in_a_browser(key, origin=origin, now=dt.datetime.fromtimestamp(at, dt.UTC))


def text_of(key: ApiKey) -> str | None:
    """The text of a publishable key; None for a secret one, or after SECRET_KEY was changed."""
    if key.kind != ApiKey.Kind.PUBLISHABLE:
        return None
    text = _derived(key.prefix)
    return text if digest(text) == key.sha256 else None


def _derived(prefix: str) -> str:
    mac = hmac.digest(settings.SECRET_KEY.encode(), b"publishable key " + prefix.encode(), "sha256")
    return prefix + base64.urlsafe_b64encode(mac[:24]).decode()


@transaction.atomic
def create(
    site: Site,
    *,
    name: str,
    kind: str,
    scope: str = ApiKey.Scope.WRITE,
    expires_at: dt.datetime | None = None,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> tuple[ApiKey, str]:
    """A new key and its text, which exists only in this answer.

    `scope` is what a secret key may do; it stops working at `expires_at`. Several may be live at
    once, so that a server can be given a new one before the old one is revoked.
    """
    text = PREFIXES[ApiKey.Kind(kind)] + secrets.token_urlsafe(RANDOM_BYTES)
    if kind == ApiKey.Kind.PUBLISHABLE:
        text = _derived(text[:SHOWN_CHARACTERS])
    key = ApiKey.objects.create(
        site=site,
        name=name,
        kind=kind,
        scope=scope,
        expires_at=expires_at,
        prefix=text[:SHOWN_CHARACTERS],
        sha256=digest(text),
    )
    audit.record(
        site=site, actor=actor, action="create", subject=key, after=audit.state_of(key), now=now
    )
    return key, text


def rotate(key: ApiKey, *, actor: AbstractBaseUser | None, now: dt.datetime) -> tuple[ApiKey, str]:
    """A second key like this one: both work until the old one is revoked.

    It lives as long as the old one was to live. Raises IllegalMove for a revoked key.
    """
    if key.revoked_at:
        raise IllegalMove("This key has been revoked already.")
    life = key.expires_at - key.created_at if key.expires_at else None
    return create(
        key.site,
        name=key.name,
        kind=key.kind,
        scope=key.scope,
        expires_at=now + life if life else None,
        actor=actor,
        now=now,
    )


@transaction.atomic
def revoke(key: ApiKey, *, actor: AbstractBaseUser | None, now: dt.datetime) -> ApiKey:
    """End a key for good; raises IllegalMove when that has been done already."""
    locked = ApiKey.objects.select_for_update().get(pk=key.pk)
    if locked.revoked_at:
        raise IllegalMove("This key has been revoked already.")
    before = audit.state_of(locked)
    locked.revoked_at = now
    locked.save(update_fields=["revoked_at"])
    audit.record(
        site=locked.site,
        actor=actor,
        action="revoke",
        subject=locked,
        before=before,
        after=audit.state_of(locked),
        now=now,
    )
    return locked
