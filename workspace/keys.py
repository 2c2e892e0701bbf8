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

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from engine.errors import IllegalMove
from workspace import audit
from workspace.models import ApiKey, Site

PREFIXES = {ApiKey.Kind.PUBLISHABLE: "pk_", ApiKey.Kind.SECRET: "sk_"}
# 32 random bytes: a plain SHA-256 of it can be stored, there is nothing to guess.
RANDOM_BYTES = 32
SHOWN_CHARACTERS = 12
SEEN_IN_A_BROWSER = "secret key seen in a browser"
TELL_AGAIN = dt.timedelta(days=1)


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
    """Tell it in the audit log, once a day: an alarm that repeats with every call is not read."""
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
