"""Signed decisions: what a storefront hands back so that an event needs to be believed in nothing.

    bl1.<108 characters of base64url> = 65 bytes of content + 16 bytes of keyed BLAKE2b

Content: key id, decision (a UUIDv7: its time is the token's), pseudonym of the unit, and the stamp,
which is the same for everybody who gets this variant: site, placement, experiment, phase, variant,
creative version, policy version, propensity, flags. 81 bytes are whole groups of base64, so that
no bit of the text is unused and no altered text reads as the same token.
"""

import datetime as dt
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import msgspec

from delivery import base64url
from engine.errors import InvalidInput

PREFIX: Final = "bl1."
_PREFIX: Final = PREFIX.encode()
LIFE: Final = dt.timedelta(days=7)
"""How long a banner on a page can still report; a tab rarely stays open for longer."""
EMAIL_LIFE: Final = dt.timedelta(days=90)
"""The same for a banner in an e-mail: people come back to a mailing as long as its season lasts."""

_LIFE_MS: Final = int(LIFE.total_seconds() * 1000)
_EMAIL_LIFE_MS: Final = int(EMAIL_LIFE.total_seconds() * 1000)
_DAY_MS: Final = 24 * 3_600_000
_AHEAD_MS: Final = _DAY_MS  # signed by a server whose clock runs ahead
EXPLORED: Final = 1
"""Flag: the visitor belongs to the exploration slice of an adaptive policy."""
UNPERSONALISED: Final = 2
"""Flag: no consent to personalisation; nothing of it may reach a profile."""
TEST: Final = 4
"""Flag: the variant was forced by somebody who tests; what follows is never counted."""
REST: Final = 8
"""Flag: the site has a holdout and the visitor is not in it: counts for its variant `rest` too."""
EMAIL: Final = 16
"""Flag: decided for a mailing, whose tokens live for EMAIL_LIFE."""

_STAMP = struct.Struct(">IIIHIIIfH")
_PARTS = struct.Struct(f">16s16s{_STAMP.size}s")
_SIGNATURE: Final = 16
_LENGTH: Final = base64url.length(PREFIX, 1 + _PARTS.size + _SIGNATURE)


class TokenInvalid(InvalidInput):
    """Not one of ours, altered, or signed with a key that is no longer known."""


class TokenExpired(InvalidInput):
    """Genuine, and too old to count."""


class Stamp(msgspec.Struct, frozen=True):
    """What everybody who gets the same variant has in common; 0 stands for none."""

    site_id: int
    placement_id: int
    experiment_id: int
    phase: int
    variant_id: int
    creative_version_id: int
    policy_version: int
    propensity: float
    flags: int

    def pack(self) -> bytes:
        """The bytes inside the token."""
        return _STAMP.pack(*msgspec.structs.astuple(self))

    @classmethod
    def unpack(cls, packed: bytes) -> "Stamp":
        """The stamp of these bytes."""
        return cls(*_STAMP.unpack(packed))


# Many tokens have few stamps: a variant's is the same for everybody.
_stamp = lru_cache(maxsize=4096)(Stamp.unpack)


def phase_of(packed: bytes) -> bytes:
    """Which experiment and phase a packed stamp names, still packed."""
    return packed[8:14]


class Token(msgspec.Struct, frozen=True, gc=False):
    """A decision that was really made; `at_ms` is when, in Unix milliseconds."""

    decision: bytes
    unit: bytes
    stamp: Stamp
    at_ms: int

    def lives(self, now_ms: int) -> bool:
        """Whether it may still count: for LIFE, or EMAIL_LIFE where it is of a mailing."""
        ago = now_ms - self.at_ms
        return -_AHEAD_MS <= ago <= (_EMAIL_LIFE_MS if self.stamp.flags & EMAIL else _LIFE_MS)


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs with the first key of the configuration, believes all of them."""

    keys: Mapping[int, bytes]
    _named: bytes = field(init=False, repr=False)
    _empty: Any = field(init=False, repr=False)
    _hashes: dict[int, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hashes = {i: blake2b(key=k[:64], digest_size=_SIGNATURE) for i, k in self.keys.items()}
        object.__setattr__(self, "_hashes", hashes)
        first = next(iter(self.keys))
        object.__setattr__(self, "_named", bytes([first]))
        object.__setattr__(self, "_empty", hashes[first])

    def sign(self, decision: bytes, unit: bytes, stamp: bytes) -> bytes:
        """The text of a token. Signed in place: a page of twenty banners waits for twenty calls."""
        content = self._named + decision + unit + stamp
        keyed = self._empty.copy()
        keyed.update(content)
        return base64url.written(_PREFIX, content + keyed.digest())

    def read(self, text: str, *, now_ms: int) -> Token:
        """Check a token that is to count something.

        Raises:
            TokenInvalid: It was not signed here, or something in it was changed.
            TokenExpired: It is older than LIFE, or EMAIL_LIFE where it is of a mailing.
        """
        token = self.genuine(text)
        if not token.lives(now_ms):
            raise TokenExpired("This token is too old, or of a time to come.", field="token")
        return token

    def genuine(self, text: str) -> Token:
        """Check a token whatever its age; raises TokenInvalid."""
        token = self.opened(text)
        if token is None:
            raise TokenInvalid("This token was not signed here, or was changed.", field="token")
        return token

    def opened(self, text: str) -> Token | None:
        """A token whatever its age, if it is genuine."""
        signed = base64url.read(PREFIX, text, wanted=_LENGTH)
        keyed = self._hashes.get(signed[0]) if signed else None
        if signed is None or keyed is None:
            return None
        keyed = keyed.copy()
        keyed.update(signed[:-_SIGNATURE])
        if not hmac.compare_digest(keyed.digest(), signed[-_SIGNATURE:]):
            return None
        decision, unit, stamp = _PARTS.unpack_from(signed, 1)
        return Token(decision, unit, _stamp(stamp), int.from_bytes(decision[:6], "big"))
