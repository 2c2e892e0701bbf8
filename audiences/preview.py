"""How large a segment is now: its rule, asked of the profiles in the hot state of the site.

Nothing that is not known is a number: whoever asks gets a `Size`, or the name of the reason.
"""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.assignment import targeting
from engine.assignment.known_features import is_of_request
from engine.assignment.targeting import Rule
from engine.profiles.features import Features
from engine.profiles.state import Profile, decode

MOST = 20_000
"""Profiles read at most: more would not change the percentage, only the wait."""
SOCKET_SECONDS = 1.0
WHOLE_SECONDS = 2.0
"""Somebody waits for the page; what has been read by then is the sample."""
CHUNK = 500
SCANNED = 2_000  # keys a step of the scan looks at, those of other sites among them
SUGGESTED = 100


class Unknown(StrEnum):
    """Why there is no size."""

    NOBODY = "nobody"  # the hot state holds no profile of the site
    AWAY = "away"
    SLOW = "slow"  # in time no profile of the site was found
    REQUEST = "request"  # the rule asks only for what the request tells


@dataclass(frozen=True, slots=True)
class Sample:
    """Profiles of a site; `complete` when these are all."""

    profiles: tuple[Profile, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Size:
    """How many of the known visitors match.

    `at_most`: the rule also asks for what only the request tells, so that fewer may match.
    """

    matching: int
    known: int
    complete: bool
    at_most: bool


def sample(site_id: int, *, most: int = MOST) -> Sample | Unknown:
    """Read up to `most` profiles of a site; the order of a scan has nothing to do with visitors."""
    try:
        with redis.Redis.from_url(
            settings.CONFIG.state_url,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as store:
            return _sampled(store, site_id, most)
    except (redis.RedisError, ValueError, OSError):  # ValueError: no address, or not one
        return Unknown.AWAY


def _sampled(store: Any, site_id: int, most: int) -> Sample | Unknown:  # noqa: ANN401 - its types say str
    found: dict[bytes, Profile] = {}
    started, complete = time.monotonic(), True
    for keys in _keys(store, site_id):
        for key, document in zip(keys, store.mget(keys) if keys else (), strict=True):
            profile = decode(document) if document else None
            if profile is not None:
                found[key] = profile  # a scan may name a key twice
        if len(found) >= most or time.monotonic() - started > WHOLE_SECONDS:
            complete = False
            break
    if not found:
        return Unknown.NOBODY if complete else Unknown.SLOW
    return Sample(tuple(islice(found.values(), most)), complete)


def _keys(store: Any, site_id: int) -> Iterator[list[bytes]]:  # noqa: ANN401 - see above
    """Keys of the site's profiles in chunks; an empty chunk is time to look at the clock."""
    cursor = 0
    while True:
        cursor, keys = store.scan(cursor, match=b"profile:%d:*" % site_id, count=SCANNED)
        yield from (keys[i : i + CHUNK] for i in range(0, max(1, len(keys)), CHUNK))
        if not cursor:
            return


def size(rule: Rule, of: Sample | Unknown, *, now_ms: int) -> Size | Unknown:
    """Count the profiles that match; conditions on the request are left out, and that is said."""
    if isinstance(of, Unknown):
        return of
    countable = tuple(item for item in rule.all if not _asks_request(item))
    if not countable:
        return Unknown.REQUEST
    matches = targeting.compile(Rule(countable))
    matching = sum(matches(Features(profile, now_ms=now_ms).get) for profile in of.profiles)
    at_most = len(countable) < len(rule.all)
    return Size(matching, len(of.profiles), of.complete, at_most)


def _asks_request(item: targeting.Item) -> bool:
    return any(is_of_request(condition.feature) for condition in item.choices)


def seen_values(of: Sample | Unknown) -> Mapping[str, list[str]]:
    """Values per dimension that the sampled visitors showed an interest in, the commonest first."""
    counted: dict[str, Counter[str]] = {}
    for profile in of.profiles if isinstance(of, Sample) else ():
        for name in profile.strengths:
            _behaviour, dimension, value = name.split(" ", 2)
            counted.setdefault(dimension, Counter())[value] += 1
    return {
        dimension: [value for value, _times in values.most_common(SUGGESTED)]
        for dimension, values in counted.items()
    }
