"""The boxes of an MP4 (ISO 14496-12), as far as they must be known before FFmpeg reads them."""

import struct
from collections.abc import Iterator
from typing import Final

from creatives.decoding.protocol import Refusal

HEAD: Final = struct.Struct(">I4s")
LONG: Final = struct.Struct(">Q")
# What leads to the references to data, and how many bytes of their own come before their children.
WAY: Final = {b"moov": 0, b"trak": 0, b"mdia": 0, b"minf": 0, b"dinf": 0, b"dref": 8}
MOST: Final = 10_000
SELF_CONTAINED: Final = 1
FLAGS: Final = slice(8, 12)


def check(data: bytes) -> None:
    """Raises Refusal when a track's pictures are said to lie in another file."""
    for count, (name, body) in enumerate(_references(data)):
        if count > MOST:
            raise Refusal("film_broken")
        flags = int.from_bytes(body[:4], "big")
        if not flags & SELF_CONTAINED:
            raise Refusal("film_elsewhere", kind=name.decode("latin-1"))


def size_of(data: bytes, name: bytes) -> int:
    """Bytes of the first box of that name on the uppermost level; 0 without one."""
    return next((len(body) + HEAD.size for found, body in _boxes(data) if found == name), 0)


def _references(data: bytes, *, inside_dref: bool = False) -> Iterator[tuple[bytes, bytes]]:
    for name, body in _boxes(data):
        if inside_dref:
            yield name, body
        elif name in WAY:
            yield from _references(body[WAY[name] :], inside_dref=name == b"dref")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + HEAD.size <= len(data):
        size, name = HEAD.unpack_from(data, at)
        begin = at + HEAD.size
        if size == 1 and begin + LONG.size <= len(data):
            (size,) = LONG.unpack_from(data, begin)
            begin += LONG.size
        elif size == 0:  # to the end
            size = len(data) - at
        if size < begin - at:
            return
        yield name, data[begin : at + size]
        at += size
