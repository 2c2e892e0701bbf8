"""How often somebody may call: counted by the minute, in one place for all processes.

The place is the second, cache-like Valkey (`STATE_URL`), where hot state lives: what is lost there
costs one minute of counting. While it is away nobody is refused, because the limit protects the
installation from loops that ran wild, not from attackers.
"""

import datetime as dt
import logging
from functools import cache
from typing import Any, Final

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.errors import RateLimited

PER_MINUTE: Final = 1_200
"""Twenty a second, all day: more than any script needs that waits for its answers."""
PATIENCE: Final = 0.2
"""Seconds. A call may wait that long for its counter."""
MINUTE: Final = 60
_log = logging.getLogger(__name__)


def check(caller: str, *, now: dt.datetime, most: int | None = None) -> None:
    """Count a call; raises RateLimited, with the seconds to wait, beyond `most` a minute."""
    seconds = int(now.timestamp())
    most = PER_MINUTE if most is None else most
    if _counted(f"api:calls:{caller}:{seconds // MINUTE}") > most:
        raise RateLimited(
            _("More than %(n)s calls in a minute.") % {"n": most},
            retry_after=MINUTE - seconds % MINUTE,
        )


def _counted(name: str) -> int:
    """How many calls this minute; 0 while the counters are away."""
    store = _store(settings.CONFIG.state_url)
    if store is None:
        return 0
    try:
        count, _kept = store.pipeline().incr(name).expire(name, 2 * MINUTE).execute()
    except redis.RedisError as error:
        _log.warning("calls are not counted: %s", type(error).__name__)
        return 0
    return int(count)


@cache
def _store(url: str) -> Any:  # noqa: ANN401 - the client's types differ between versions
    if not url:
        return None
    return redis.Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
