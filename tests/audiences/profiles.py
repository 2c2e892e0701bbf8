"""Profiles in the hot state, as the data plane would have left them."""

import hashlib

import redis
from django.conf import settings

from engine.profiles.fold import Act, fold
from engine.profiles.state import encode
from workspace.models import Site


def store() -> redis.Redis:
    return redis.Redis.from_url(settings.CONFIG.state_url)


def a_profile(now_ms: int, *, category: str = "shoes", looks: int = 1, orders: int = 0) -> bytes:
    """The document of somebody who is here now."""
    profile = None
    for _ in range(looks):
        act = Act("product_view", now_ms - 60_000, 1, (("category", category),))
        profile = fold(profile, act)
    for _ in range(orders):
        profile = fold(profile, Act("purchase", now_ms - 60_000, 1, amount=10_000))
    return encode(profile)


def keep(site: Site, *documents: bytes) -> None:
    with store() as valkey:
        for number, document in enumerate(documents):
            name = hashlib.sha256(f"{site.pk}:{number}".encode()).digest()[:16]
            valkey.set(b"profile:%d:%b" % (site.pk, name), document)
