"""Where events wait on the local disk while the database is away.

A file is a row of frames: length and CRC-32 (4 bytes each, big-endian), then one group, which in
files of older versions is the bare list of its records. A frame is acknowledged only after
fdatasync, so a torn one at the end was never promised to anybody. A file that failed once is never
appended to again: a torn frame can only be the last.
"""

import fcntl
import logging
import os
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

import msgspec

from delivery.record import Group, Record

log = logging.getLogger("delivery.spool")

_HEAD = struct.Struct(">II")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Group | list[Record]).decode


def frame(group: Group | Sequence[Record]) -> bytes:
    """The bytes of one group."""
    body = _encode(group)
    return _HEAD.pack(len(body), crc32(body)) + body


def frames(file: BinaryIO) -> Iterator[Group]:
    """The whole groups of a file, in order; ends before the first that is torn.

    Each may be in the database already: the connection broke before we heard of it, or a process
    ended before it removed the file.
    """
    while True:
        head = file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return
        length, checksum = _HEAD.unpack(head)
        body = file.read(length)
        if len(body) < length or crc32(body) != checksum:
            return
        yield _named(_decode(body), body)


def _named(found: Group | list[Record], body: bytes) -> Group:
    group = Group(found) if isinstance(found, list) else found
    name = group.name or blake2b(body, digest_size=16).digest()
    return Group(group.records, group.refusals, name, again=True, tried=group.tried)


@dataclass(slots=True)
class Spool:
    """The files of one folder. Each process appends to one of its own and holds its lock."""

    folder: Path
    _file: BinaryIO | None = field(default=None, repr=False)
    _path: Path | None = None
    _whole: int = 0  # bytes of the open file that are durable
    # Appending happens in a thread, because fdatasync blocks.
    _mine: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def append(self, group: Group | Sequence[Record]) -> None:
        """Make a group durable; raises OSError, and then nothing of it is promised."""
        with self._mine:
            file = self._file or self._open()
            content = frame(group)
            try:
                _write_all(file, content)
                os.fdatasync(file.fileno())
            except OSError:
                # On disk are whole groups and perhaps a torn one: the drain can read that.
                self._take_back()
                self._close()
                raise
            self._whole += len(content)

    def _take_back(self) -> None:
        """Leave no litter on a disk that is full already: each failure would add some."""
        assert self._file is not None  # noqa: S101 - `append` has just written to it
        assert self._path is not None  # noqa: S101 - as above
        with suppress(OSError):
            os.ftruncate(self._file.fileno(), self._whole)
            if not self._whole:
                self._path.unlink()

    def _open(self) -> BinaryIO:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{time.time_ns()}-{os.getpid()}.spool"
        file = path.open("xb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _sync_folder(self.folder)
        self._file, self._path, self._whole = file, path, 0
        return file

    def _close(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = self._path = None

    def rotate(self) -> None:
        """Let the next append begin a new file."""
        with self._mine:
            self._close()

    def waiting(self) -> list[Path]:
        """The files there are, oldest first."""
        return sorted(self.folder.glob("*.spool"), key=_age)

    def size(self) -> int:
        """How many bytes wait."""
        total = 0
        for path in self.waiting():
            with suppress(OSError):
                total += path.stat().st_size
        return total

    def take(self, path: Path) -> "Taken | None":
        """Open a file for draining; None while another process appends to it or drains it."""
        with self._mine:
            if path == self._path:
                self._close()
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        if not path.exists():  # drained by another between our opening and locking it
            file.close()
            return None
        return Taken(path, file)


@dataclass(slots=True)
class Taken:
    """A file that this process drains."""

    path: Path
    file: BinaryIO = field(repr=False)
    _whole: int = 0

    def groups(self) -> Iterator[Group]:
        """What is in it, as it was appended."""
        for group in frames(self.file):
            self._whole = self.file.tell()
            yield group

    def done(self) -> None:
        """Everything whole is in the database: remove the file, keep a torn rest for looking at."""
        torn = self.path.stat().st_size - self._whole
        if torn:
            log.warning("%s ends in %s torn bytes that nobody was promised", self.path.name, torn)
            self.path.rename(self.path.with_suffix(".torn"))
        else:
            self.path.unlink()
        self.file.close()

    def release(self) -> None:
        """Leave it for later."""
        self.file.close()


def _write_all(file: BinaryIO, content: bytes) -> None:
    # Unbuffered: a full disk takes a part first and says so at the next call.
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _age(path: Path) -> tuple[int, str]:
    first = path.name.partition("-")[0]
    return (int(first) if first.isdecimal() else 0, path.name)


def _sync_folder(folder: Path) -> None:
    # Otherwise a crash could lose the new file's name, and with it everything inside.
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
