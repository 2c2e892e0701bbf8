"""API keys: the text is shown once, only its hash is kept."""

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from engine.errors import IllegalMove
from workspace import audit
from workspace.models import ApiKey, Site

PREFIXES = {ApiKey.Kind.PUBLISHABLE: "pk_", ApiKey.Kind.SECRET: "sk_"}
# 32 random bytes: a plain SHA-256 of it can be stored, there is nothing to guess.
RANDOM_BYTES = 32
SHOWN_CHARACTERS = 10


def digest(text: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(text.encode()).hexdigest()


def find(text: str) -> ApiKey | None:
    """The active key with this text, with its site."""
    active = ApiKey.objects.select_related("site").filter(revoked_at=None)
    return active.filter(sha256=digest(text)).first()


@transaction.atomic
def create(
    site: Site,
    *,
    name: str,
    kind: str,
    actor: AbstractBaseUser | None,
    now: dt.datetime,
) -> tuple[ApiKey, str]:
    """A new key and its text, which exists only in this answer."""
    text = PREFIXES[ApiKey.Kind(kind)] + secrets.token_urlsafe(RANDOM_BYTES)
    key = ApiKey.objects.create(
        site=site, name=name, kind=kind, prefix=text[:SHOWN_CHARACTERS], sha256=digest(text)
    )
    audit.record(
        site=site, actor=actor, action="create", subject=key, after=audit.state_of(key), now=now
    )
    return key, text


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
