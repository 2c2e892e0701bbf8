"""What parent and child say to each other: one question, one answer, each behind its length."""

import socket
import struct
from typing import Final, Literal, TypeAlias

import msgspec

from creatives.encoding import Encoded
from creatives.facts import Facts

LENGTH: Final = struct.Struct(">Q")
END: Final = struct.Struct(">iQd")
"""How a child ended: the status of `wait`, its peak of memory in bytes, its seconds of CPU."""
PIECE: Final = 1 << 20
MOST_BYTES: Final = 256 << 20
"""No answer is as long; a child out of its mind does not fill the parent's memory."""


class Refusal(Exception):
    """A file is not taken: a code, and the numbers or names that its sentence mentions."""

    def __init__(self, code: str, **words: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


class Target(msgspec.Struct, frozen=True):
    """A cut: its pixels, and the part of the upright picture (left, top, right, bottom)."""

    width: int
    height: int
    box: tuple[float, float, float, float]


class Ask(msgspec.Struct, frozen=True):
    """A file and what to do with it; `decoder` is Pillow's or FFmpeg's name of its format."""

    task: Literal["picture", "film", "cut"]
    decoder: str
    data: bytes
    target: Target | None = None


class Made(msgspec.Struct, frozen=True, tag=True):
    """What is served of a picture or film; the poster is the still of what moves."""

    width: int
    height: int
    frames: int
    duration_ms: int
    served: tuple[Encoded, ...]
    thumbnail: Encoded
    facts: Facts
    poster: tuple[Encoded, ...] = ()


class Cut(msgspec.Struct, frozen=True, tag=True):
    """A picture cut for a slot, the most modern file first."""

    served: tuple[Encoded, ...]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """A `Refusal` on its way to the parent."""

    code: str
    words: dict[str, int | str]


Answer: TypeAlias = Made | Cut | Refused

encode = msgspec.msgpack.Encoder().encode
question = msgspec.msgpack.Decoder(Ask).decode
answer = msgspec.msgpack.Decoder(Answer).decode


def send(to: socket.socket, message: bytes) -> None:
    """Send a message behind its length."""
    to.sendall(LENGTH.pack(len(message)))
    to.sendall(message)


def receive(sender: socket.socket) -> bytes | None:
    """A whole message; None when the other side went away before it was complete."""
    head = _exactly(sender, LENGTH.size)
    if head is None or (length := LENGTH.unpack(head)[0]) > MOST_BYTES:
        return None
    return _exactly(sender, length)


def _exactly(sender: socket.socket, length: int) -> bytes | None:
    found = bytearray()
    while len(found) < length:
        part = sender.recv(min(PIECE, length - len(found)))
        if not part:
            return None
        found += part
    return bytes(found)
