"""Bytes as text that stands in addresses: a prefix, then base64url in whole groups.

In whole groups no bit of the text is unused, so that no altered text reads as the same bytes.
"""

import binascii
from typing import Final

TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_+/", b"+/**")  # what is not of its alphabet is unreadable


def length(prefix: str, size: int) -> int:
    """How long the text of so many bytes is.

    Example:
        >>> length("bl1.", 81)
        112
    """
    return len(prefix) + size // 3 * 4


def written(prefix: bytes, content: bytes) -> bytes:
    """The text of these bytes.

    Example:
        >>> written(b"x.", bytes([255, 255, 254]))
        b'x.___-'
    """
    return prefix + binascii.b2a_base64(content, newline=False).translate(TO_URL)


def read(prefix: str, text: str, *, wanted: int) -> bytes | None:
    """The bytes of a text that is `wanted` characters long; None for any other text.

    Example:
        >>> read("x.", "x.___-", wanted=6)
        b'\\xff\\xff\\xfe'
        >>> read("x.", "x.//+-", wanted=6) is None
        True
    """
    if len(text) != wanted or not text.startswith(prefix):
        return None
    try:
        encoded = text[len(prefix) :].encode("ascii").translate(_FROM_URL)
        return binascii.a2b_base64(encoded, strict_mode=True)
    except ValueError:
        return None
