"""The hot state: what visitors just did, shared by all processes, in the cache-like Valkey.

A profile is read with one round trip and a limit, and written by compare-and-set: of two processes
that fold the same visitor at once, the one that comes second folds again. Nothing here may hold up
a shopper: when it fails the store is left alone for a moment (`REST`) and decisions do without.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import redis
import redis.asyncio
from redis.asyncio.connection import BlockingConnectionPool
from redis.exceptions import RedisError

from delivery.folding import Acts, folded
from delivery.visitor import LATE, Known, state_key
from engine.profiles.fold import LIFE
from engine.profiles.state import Profile, decode, encode

log = logging.getLogger("delivery.state")

READ_SECONDS: Final = 0.005
"""What a decision waits for a profile."""
FOLD_SECONDS: Final = 0.02
"""What an answer to events waits for the fold, so that its sender's next request sees it."""
REST: Final = 0.5
"""Seconds for which a store that fails is not asked again."""
FAILURES: Final = 3
"""So many in a row make it away; one late answer is only a busy moment."""
TRIES: Final = 5
CONNECTIONS: Final = 8
CONNECT_SECONDS: Final = 0.5
SCANNED: Final = 1_000
_LIFE_MS: Final = int(LIFE.total_seconds() * 1000)

# Each key with the document that was read, the new one (empty: delete) and its life in
# milliseconds. Answers with the places of those that somebody else has written meanwhile.
SWAP: Final = """
local lost = {}
for place, key in ipairs(KEYS) do
  local was, new, life = ARGV[3 * place - 2], ARGV[3 * place - 1], ARGV[3 * place]
  if (redis.call('GET', key) or '') ~= was then
    lost[#lost + 1] = place
  elseif new == '' then
    redis.call('DEL', key)
  else
    redis.call('SET', key, new, 'PX', life)
  end
end
return lost
"""

_AWAY = (RedisError, OSError, TimeoutError, asyncio.TimeoutError)


def swap(
    keys: Sequence[bytes], documents: Sequence[bytes | None], acts: Acts, *, now_ms: int
) -> list[bytes | int]:
    """The arguments of SWAP: what was read, what it becomes, how long that lives."""
    arguments: list[bytes | int] = []
    for key, document in zip(keys, documents, strict=True):
        new = folded(decode(document) if document else None, acts[key])
        life = _life(new, now_ms)
        arguments += [document or b"", encode(new) if new and life > 0 else b"", life]
    return arguments


def _life(profile: Profile | None, now_ms: int) -> int:
    """What is dated back lives shorter: a profile is kept for LIFE after its last event."""
    return profile.last_ms + _LIFE_MS - now_ms if profile else 0


@dataclass(slots=True)
class Patience:
    """Leaves something alone for a moment when it fails several times in a row."""

    what: str
    failures: int
    until: float = 0.0
    _in_a_row: int = 0

    @property
    def over(self) -> bool:
        """Whether it is left alone just now."""
        return time.monotonic() < self.until

    def succeeded(self) -> None:
        self._in_a_row = 0

    def failed(self, why: object) -> None:
        self._in_a_row += 1
        if self._in_a_row >= self.failures and not self.over:
            log.warning("the state store is away for %s (%s)", self.what, why)
            self.until = time.monotonic() + REST


@dataclass(slots=True)
class StateStore:
    """The store as the data plane's server uses it. Without a `url` it is always away."""

    url: str
    reading: Patience = field(default_factory=lambda: Patience("reading", FAILURES))
    folding: Patience = field(default_factory=lambda: Patience("folding", 1))
    _client: "redis.asyncio.Redis | None" = field(default=None, repr=False)
    _script: Any = field(default=None, repr=False)
    _left: set["asyncio.Task[Any]"] = field(default_factory=set, repr=False)

    async def start(self) -> None:
        """Connect; the store need not be there."""
        if not self.url:
            return
        pool = BlockingConnectionPool.from_url(
            self.url,
            max_connections=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=CONNECT_SECONDS,
        )
        self._client = redis.asyncio.Redis(connection_pool=pool)
        self._script = self._client.register_script(SWAP)
        with suppress(*_AWAY):
            await self._client.ping()

    async def stop(self) -> None:
        """Finish what is being folded, then hang up."""
        await asyncio.gather(*self._left, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()

    @property
    def away(self) -> bool:
        """Whether decisions do without it just now."""
        return self._client is None or self.reading.over

    async def read(self, key: bytes) -> Known:
        """The profile of a visitor, or LATE."""
        if self._client is None or self.reading.over:
            return LATE
        # What is late is not broken off: its connection is needed for the next one.
        task = self._start(self._client.get(key))
        done, _ = await asyncio.wait({task}, timeout=READ_SECONDS)
        why = task.exception() if done else "late"
        if why is not None:
            self.reading.failed(why)
            return LATE
        self.reading.succeeded()
        document = task.result()
        return Known(decode(document) if document else None)

    def _start(self, work: Awaitable[Any]) -> "asyncio.Task[Any]":
        task = asyncio.ensure_future(work)
        self._left.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._left.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody complains that it was not

    async def follow(self, acts: Acts, *, now_ms: int) -> None:
        """Fold what has become durable; goes on in the background when that takes longer."""
        if acts and self._client is not None and not self.folding.over:
            await asyncio.wait({self._start(self._fold(acts, now_ms))}, timeout=FOLD_SECONDS)

    async def _fold(self, acts: Acts, now_ms: int) -> None:
        try:
            await self._swapped(acts, now_ms)
        except _AWAY as error:
            self.folding.failed(error)
        except Exception:
            log.exception("could not fold what %s visitors did", len(acts))
        else:
            self.folding.succeeded()

    async def _swapped(self, acts: Acts, now_ms: int) -> None:
        assert self._client is not None  # noqa: S101 - `follow` has looked
        keys = list(acts)
        for _attempt in range(TRIES):
            documents: Any = await self._client.mget(keys)
            arguments = swap(keys, documents, acts, now_ms=now_ms)
            lost = await self._script(keys=keys, args=arguments)
            keys = [keys[place - 1] for place in lost]
            if not keys:
                return
        log.warning("%s profiles changed too often to be folded; a rebuild mends them", len(keys))


@dataclass(slots=True)
class PatientStore:
    """The store for those who may wait: Django's door, rebuilds, the back office."""

    url: str
    seconds: float = 1.0
    _client: "redis.Redis | None" = field(default=None, repr=False)

    @property
    def client(self) -> "redis.Redis":
        """The connection, made when it is first needed."""
        if self._client is None:
            self._client = redis.Redis.from_url(
                self.url, socket_timeout=self.seconds, socket_connect_timeout=self.seconds
            )
        return self._client

    def read(self, key: bytes) -> Known:
        """The profile of a visitor, or LATE."""
        if not self.url:
            return LATE
        try:
            document = self.client.get(key)
        except _AWAY:
            return LATE
        return Known(decode(document) if isinstance(document, bytes) else None)

    def follow(self, acts: Acts, *, now_ms: int) -> bool:
        """Fold; whether that was possible."""
        if not acts or not self.url:
            return not acts
        try:
            self._swapped(acts, now_ms)
        except _AWAY as error:
            log.warning("the state store is away (%s)", str(error) or type(error).__name__)
            return False
        return True

    def _swapped(self, acts: Acts, now_ms: int) -> None:
        keys, script = list(acts), self.client.register_script(SWAP)
        while keys:
            documents: Any = self.client.mget(keys)
            lost: Any = script(keys=keys, args=swap(keys, documents, acts, now_ms=now_ms))
            keys = [keys[place - 1] for place in lost]

    def clear(self, site_id: int) -> int:
        """Forget every visitor of a site; how many there were."""
        pattern, gone = state_key(site_id, b"") + b"*", 0
        for key in self.client.scan_iter(match=pattern, count=SCANNED):
            gone += int(self.client.unlink(key))
        return gone

    def replace(self, profiles: Mapping[bytes, Profile], *, now_ms: int) -> int:
        """Put whole profiles in the place of what is there; the number that is still alive."""
        alive = {k: life for k, p in profiles.items() if (life := _life(p, now_ms)) > 0}
        with self.client.pipeline(transaction=False) as pipe:
            for key, life in alive.items():
                pipe.set(key, encode(profiles[key]), px=life)
            pipe.execute()
        return len(alive)
