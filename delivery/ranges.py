"""Parts of a file (RFC 9110, section 14): Safari plays no film without them."""

import re
from pathlib import Path
from typing import Final, NamedTuple

_RANGE: Final = re.compile(r"bytes=(?P<first>[0-9]{0,12})-(?P<last>[0-9]{0,12})")


class Part(NamedTuple):
    """Bytes `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def content_range(self) -> str:
        """The header of a 206."""
        return f"bytes {self.first}-{self.last}/{self.size}"


class Unsatisfiable(Exception):
    """The part that was asked for lies beyond the end: 416."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.content_range = f"bytes */{size}"


def asked(header: str, size: int) -> Part | None:
    """The part that a `Range` header asks for; None for the whole file.

    Several parts, other units and what makes no sense are answered with the whole file, as the
    standard allows.

    Raises:
        Unsatisfiable: It begins behind the end.

    >>> asked("bytes=0-1", 10).content_range
    'bytes 0-1/10'
    >>> asked("bytes=-3", 10).first
    7
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found["first"] or found["last"]):
        return None
    if not found["first"]:
        return _end(int(found["last"]), size)
    first = int(found["first"])
    last = min(int(found["last"]), size - 1) if found["last"] else size - 1
    if found["last"] and int(found["last"]) < first:
        return None
    if first >= size:
        raise Unsatisfiable(size)
    return Part(first, last, size)


def _end(length: int, size: int) -> Part:
    if not length or not size:
        raise Unsatisfiable(size)
    return Part(max(0, size - length), size - 1, size)


def read(path: Path, part: Part | None) -> bytes:
    """The bytes of a file, or of a part of it."""
    if part is None:
        return path.read_bytes()
    with path.open("rb") as file:
        file.seek(part.first)
        return file.read(part.length)
