"""How much at once: what a browser's key may ask of one place, and what people really do.

Places are prefixes of addresses, because one person's provider gives out whole networks of version
6, and one attacker rents neighbours. They are held in memory only, hashed with a key of this
process: nobody can read out of it who was there, and nothing of it is stored or logged. All of it
is bounded: when a table is full it is forgotten, which lets through too much rather than too
little. With n processes every limit is n times as wide.
"""

import math
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from delivery.messages import message
from engine.errors import RateLimited

BROWSER_RATE: Final = 500
"""Requests a second of one key and prefix. A page asks two or three times, so this is a campaign's
first minute for a provider that hides thousands of people behind one network; what a single process
can answer lies above it."""
BURST_SECONDS: Final = 10.0
"""How much of it may come at once: a school class, a mailing that everybody opens at nine."""
MOST_PLACES: Final = 100_000
"""Prefixes that are remembered, some 10 MB."""

MINUTE_MS: Final = 60_000
UNIT_ACTS: Final = 600
"""Events of one visitor in a minute: ten a second, without a pause. A batch of 500 that an app has
kept while it was offline stays below it."""
CLICK_WEIGHT: Final = 20
"""A click counts as so many: nobody follows a banner every other second for a minute."""
CROWD_MS: Final = 600_000
CROWD: Final = 500
"""New visitors of one prefix in ten minutes. A provider's busiest network has some dozens at a
large shop; an office that opens a mailing has hundreds."""
MOST_WATCHED: Final = 200_000
"""Visitors that are remembered within a window, some 30 MB."""
MOST_SUSPECTS: Final = 10_000


def prefix_of(address: str) -> str | bytes:
    """The network of an address: /24 of version 4, /64 of version 6; nothing if it is no address.

    This machine is no network either: who comes from here is a trial, or a proxy that does not say
    for whom it asks, and then everybody would seem to be one crowd.

    Example:
        >>> prefix_of("203.0.113.77"), prefix_of("::ffff:203.0.113.1")
        ('203.0.113', '203.0.113')
        >>> prefix_of("2001:db8:1:2::77").hex(), prefix_of("somewhere"), prefix_of("127.0.0.1")
        ('20010db800010002', '', '')
    """
    if address == "::1" or address.startswith(_HERE):
        return ""
    if ":" not in address:
        return address.rpartition(".")[0]
    try:
        packed = socket.inet_pton(socket.AF_INET6, address)
    except (OSError, ValueError):
        return ""
    return ".".join(map(str, packed[12:15])) if packed.startswith(_MAPPED) else packed[:8]


_HERE: Final = ("127.", "::ffff:127.")
_MAPPED: Final = bytes(10) + b"\xff\xff"
_KEY: Final = secrets.token_bytes(16)


def place_of(address: str) -> int:
    """A prefix as it is remembered; 0 where nobody knows where a request comes from.

    The interpreter's own keyed hash (SipHash), together with a key that no other process has.
    """
    prefix = prefix_of(address)
    return hash((_KEY, prefix)) if prefix else 0


@dataclass(slots=True, eq=False)
class Limits:
    """A bucket for each key and prefix, as the time at which it will be full again."""

    rate: float = BROWSER_RATE
    clock: Callable[[], float] = time.monotonic
    _full_at: dict[tuple[int, int], float] = field(default_factory=dict, repr=False)

    def admit(self, key_id: int, address: str) -> None:
        """Take one request out of the bucket.

        Raises:
            RateLimited: It is empty; `retry_after` (seconds) is when the next request is taken.
        """
        place = place_of(address)
        if not place or not self.rate:
            return
        now, name = self.clock(), (key_id, place)
        full_at = max(self._full_at.get(name, now), now) + 1 / self.rate
        late = full_at - now - BURST_SECONDS
        if late > 0:
            raise _too_many(math.ceil(late))
        if len(self._full_at) >= MOST_PLACES:
            self._full_at.clear()
        self._full_at[name] = full_at


def _too_many(seconds: int) -> RateLimited:
    return RateLimited(
        message("too_many_requests"),
        hint=message("again_hint", seconds=seconds),
        retry_after=seconds,
    )


UNLIMITED: Final = Limits(rate=0)


@dataclass(slots=True, eq=False)
class Watch:
    """What people do not do: act all the time, or come in crowds out of one network.

    When it is noticed, much has been believed already: `suspects` are those of whom nothing should
    count, as site and pseudonym, until somebody takes note of them.
    """

    suspects: list[tuple[int, bytes]] = field(default_factory=list, repr=False)
    _acts: dict[tuple[int, bytes], int] = field(default_factory=dict, repr=False)
    _minute: int = 0
    _known: set[tuple[int, bytes]] = field(default_factory=set, repr=False)
    _brought: dict[int, list[bytes]] = field(default_factory=dict, repr=False)
    _window: int = 0

    def busy(self, site_id: int, unit: bytes, kind: str, *, now_ms: int) -> bool:
        """Whether a visitor has done more in this minute than people do, this event included."""
        minute = now_ms // MINUTE_MS
        if minute != self._minute or len(self._acts) >= MOST_WATCHED:
            self._minute = minute
            self._acts.clear()
        name, weight = (site_id, unit), CLICK_WEIGHT if kind == "click" else 1
        acts = self._acts.get(name, 0) + weight
        self._acts[name] = acts
        if acts <= UNIT_ACTS:
            return False
        if acts - weight <= UNIT_ACTS:
            self._suspect(site_id, [unit])
        return True

    def crowd(self, site_id: int, unit: bytes, place: int, *, now_ms: int) -> bool:
        """Whether a visitor came in a crowd: one too many of one place in this window."""
        if not place:
            return False
        window = now_ms // CROWD_MS
        if window != self._window or len(self._known) >= MOST_WATCHED:
            self._window = window
            self._known.clear()
            self._brought.clear()
        place = hash((place, site_id))
        brought = self._brought.get(place)
        if brought is None:
            brought = self._brought[place] = []
        if (place, unit) not in self._known:
            self._bring(site_id, unit, place, brought)
        return len(brought) > CROWD

    def _bring(self, site_id: int, unit: bytes, place: int, brought: list[bytes]) -> None:
        if len(brought) > CROWD:
            return
        self._known.add((place, unit))
        brought.append(unit)
        if len(brought) > CROWD:
            self._suspect(site_id, brought)

    def _suspect(self, site_id: int, units: Sequence[bytes]) -> None:
        if len(self.suspects) < MOST_SUSPECTS:
            self.suspects += [(site_id, unit) for unit in units]

    def take(self) -> list[tuple[int, bytes]]:
        """The suspects, which are forgotten here."""
        if not self.suspects:
            return self.suspects
        taken, self.suspects = self.suspects, []
        return taken
