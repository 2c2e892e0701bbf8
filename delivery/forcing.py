"""Signed wishes to be shown one variant: what a link for testing carries.

    bf1.<44 characters of base64url> = 17 bytes of content + 16 bytes of keyed BLAKE2b

Content: key id, site, experiment, variant, expiry (whole Unix seconds). Signed with the keys of
tokens, and personalised, so that neither can be taken for the other.
"""

import hmac
import struct
from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from delivery import base64url
from engine.errors import InvalidInput

PREFIX: Final = "bf1."
_CONTENT: Final = struct.Struct(">BIIII")
_SIGNATURE: Final = 16
_LENGTH: Final = base64url.length(PREFIX, _CONTENT.size + _SIGNATURE)
_PERSON: Final = b"force a variant"


class ForceInvalid(InvalidInput):
    """Not signed here, or altered."""


class ForceExpired(InvalidInput):
    """Genuine, and no longer valid."""


class Forced(msgspec.Struct, frozen=True):
    """Which variant is to be shown; `expires` in Unix seconds."""

    site_id: int
    experiment_id: int
    variant_id: int
    expires: int


def sign(
    keys: Mapping[int, bytes], *, site_id: int, experiment_id: int, variant_id: int, expires: float
) -> str:
    """The text of a wish that holds until `expires` (Unix seconds).

    Example:
        >>> keys = {1: bytes(16)}
        >>> text = sign(keys, site_id=1, experiment_id=2, variant_id=3, expires=1000)
        >>> read(keys, text, now=999).variant_id
        3
    """
    first = next(iter(keys))
    content = _CONTENT.pack(first, site_id, experiment_id, variant_id, int(expires))
    signed = content + _signature(keys[first], content)
    return base64url.written(PREFIX.encode(), signed).decode()


def read(keys: Mapping[int, bytes], text: str, now: float) -> Forced:
    """Check a wish.

    Raises:
        ForceInvalid: It was not signed here, or something in it was changed.
        ForceExpired: Its time is over.
    """
    signed = _bytes_of(text)
    content, signature = signed[: _CONTENT.size], signed[_CONTENT.size :]
    key_id, *values = _CONTENT.unpack(content)
    key = keys.get(key_id)
    if key is None or not hmac.compare_digest(_signature(key, content), signature):
        raise _invalid()
    found = Forced(*values)
    if now >= found.expires:
        raise ForceExpired("This link is no longer valid.", field="force")
    return found


def _signature(key: bytes, content: bytes) -> bytes:
    return blake2b(content, key=key[:64], digest_size=_SIGNATURE, person=_PERSON).digest()


def _invalid() -> ForceInvalid:
    return ForceInvalid("This was not signed here, or was changed.", field="force")


def _bytes_of(text: str) -> bytes:
    found = base64url.read(PREFIX, text, wanted=_LENGTH)
    if found is None:
        raise _invalid()
    return found
