"""One file, one process: limits first, then the decoder.

It has one open descriptor and can open no other: no file, no connection. Too much memory is an
error it may still tell; too much time ends it.
"""

import contextlib
import resource
import signal
import socket
import struct
import sys
import warnings

from PIL import Image, ImageColor, ImageFilter, UnidentifiedImageError

from creatives.decoding import cutting, pictures, protocol
from creatives.decoding.limits import CPU_SECONDS, MAX_PIXELS, MEMORY, WALL_SECONDS
from creatives.decoding.protocol import Answer, Ask, Cut, Refusal, Refused

# 0, 1 and 2 are open. An encoder that wants to read the number of processors does without.
DESCRIPTORS = 3
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# Pillow would load these when they are first needed.
LOADED = (ImageColor, ImageFilter)
# What decoders raise for files that are damaged on purpose or by accident.
BROKEN = (
    UnidentifiedImageError,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    RuntimeError,
    struct.error,
)


def prepare() -> None:
    """Load all plug-ins: a child cannot open files any more."""
    Image.init()
    # Pillow refuses by itself what is twice as large; its warning in between is an error too.
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def run(connection: socket.socket) -> None:
    """Answer one question."""
    message = protocol.receive(connection)
    if message is None:
        return
    ask = protocol.question(message)
    del message
    if ask.task == "film":
        from creatives.decoding import films  # noqa: F401 - 100 MB of address space, for films only
    _limit()
    protocol.send(connection, protocol.encode(_answer(ask)))


def peak(used: resource.struct_rusage) -> int:
    """The most memory a child had, in bytes; the BSDs count bytes, Linux kilobytes."""
    return used.ru_maxrss if sys.platform == "darwin" else used.ru_maxrss * 1024


def _limit() -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    _at_most(resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1)
    _at_most(resource.RLIMIT_FSIZE, 0, 0)
    _at_most(resource.RLIMIT_CORE, 0, 0)
    _at_most(resource.RLIMIT_AS, MEMORY, MEMORY)
    _at_most(resource.RLIMIT_NOFILE, DESCRIPTORS, DESCRIPTORS)


def _at_most(what: int, soft: int, hard: int) -> None:
    # macOS knows no limit of address space; the time limits and the separate process stay.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (soft, hard))


def _answer(ask: Ask) -> Answer:
    try:
        return _done(ask)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.words)
    except MemoryError:
        return Refused("memory", {})
    except BOMB:
        return Refused("pixels", {})
    except BROKEN:
        return Refused("broken", {})


def _done(ask: Ask) -> Answer:
    if ask.task == "film":
        from creatives.decoding import films

        return films.made(ask.data, ask.decoder)
    if ask.target is not None:
        return Cut(cutting.cut(ask.data, ask.decoder, ask.target))
    return pictures.made(ask.data, ask.decoder)
