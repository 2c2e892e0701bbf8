"""Films as people upload them and as nobody should."""

import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import av
from PIL import Image

from tests.creatives.hostile_bytes import HTML, MARK

SIZE = (160, 90)


def film(
    form: str = "mp4",
    codec: str = "libx264",
    *,
    frames: int = 25,
    rate: int = 25,
    size: tuple[int, int] = SIZE,
    pixels: str = "yuv420p",
    tags: bool = True,
    sound: str = "",
    tracks: int = 1,
    black: bool = False,
    **options: str,
) -> bytes:
    """A film that begins black, with a title that must not come out again."""
    out = io.BytesIO()
    with _ordinary_priority(), av.open(out, "w", format=form, options=options) as container:
        if tags:
            container.metadata.update({"title": MARK.decode(), "location": "+47.37+008.54/"})
        streams = [container.add_stream(codec, rate=rate) for _ in range(tracks)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = *size, pixels
        heard = _sound_of(container, sound) if sound else None
        for number in range(frames):
            picture = _picture(number, size, black=black)
            for stream in streams:
                container.mux(stream.encode(av.VideoFrame.from_image(picture)))
        for stream in streams:
            container.mux(stream.encode())
        if heard:
            _silence(container, heard)
    return out.getvalue()


@contextmanager
def _ordinary_priority() -> Iterator[None]:
    """SVT-AV1, run by root, makes its caller a real-time process that starves all others."""
    try:
        yield
    finally:
        if os.sched_getscheduler(0) != os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _picture(number: int, size: tuple[int, int], *, black: bool) -> Image.Image:
    picture = Image.new("RGB", size, "black")
    if number >= 3 and not black:
        picture.paste((200, 90, number * 5 % 256), (0, 0, size[0] // 2, size[1]))
        picture.paste("white", (10, 10, 40, 40))
    return picture


def _sound_of(container, codec: str):
    return container.add_stream(codec, rate=48_000, layout="mono")


def _silence(container, stream) -> None:
    for number in range(20):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=960)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate, frame.pts, frame.time_base = 48_000, number * 960, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def sound_only() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        _silence(container, _sound_of(container, "aac"))
    return out.getvalue()


def as_webm(data: bytes) -> bytes:
    """Matroska that calls itself WebM."""
    return data.replace(b"\x42\x82\x88matroska", b"\x42\x82\x84webm\xec\x82\0\0", 1)


def with_attachment() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="matroska") as container:
        stream = container.add_stream("libvpx", rate=25)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        container.add_attachment("page.html", "text/html", HTML)
        for number in range(10):
            frame = av.VideoFrame.from_image(_picture(number, SIZE, black=False))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return as_webm(out.getvalue())


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + name + body


def patched(data: bytes, name: bytes, offset: int, value: bytes) -> bytes:
    """An MP4 with other bytes behind the name of a box."""
    other = bytearray(data)
    at = other.index(name) + 4 + offset
    other[at : at + len(value)] = value
    return bytes(other)


def elsewhere() -> bytes:
    """Its pictures are said to lie in a file of the server."""
    data = film()
    place = b"file:///etc/passwd\0"
    at = data.index(b"url \0\0\0\x01")
    # The index lies behind the pictures, so that it may grow.
    other = data[: at - 4] + box(b"url ", b"\0\0\0\0" + place) + data[at + 8 :]
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = other.index(name) - 4
        (size,) = struct.unpack_from(">I", other, at)
        other = other[:at] + struct.pack(">I", size + len(place)) + other[at + 4 :]
    return other


def lying(seconds: int, *, frames: int = 25) -> bytes:
    """The header says how long it is."""
    return patched(film(frames=frames), b"mvhd", 16, struct.pack(">I", seconds * 1000))


def promising(size: bytes) -> bytes:
    """The table of sizes says that there are 2³¹ frames of `size` (0: each its own)."""
    return patched(film(), b"stsz", 4, size + b"\x7f\xff\xff\xff")


def turned() -> bytes:
    """As a phone held upright notes it."""
    data = film()
    matrix = struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, SIZE[1] << 16, 0, 1 << 30)
    return patched(data, b"tkhd", 40, matrix)


def huge() -> bytes:
    """The description of its pictures says 65535 × 65535."""
    data = film()
    at = data.index(b"stsd")
    at = data.index(b"avc1", at)
    return data[: at + 28] + b"\xff\xff\xff\xff" + data[at + 32 :]


def huge_webm() -> bytes:
    """PixelWidth and PixelHeight of two bytes each."""
    data = film("webm", "libvpx", size=(640, 360))
    data = data.replace(b"\xb0\x82\x02\x80", b"\xb0\x82\xff\xff", 1)
    return data.replace(b"\xba\x82\x01\x68", b"\xba\x82\xff\xff", 1)


def heavy() -> bytes:
    """More than 4 MB."""
    return film() + box(b"free", bytes(4 << 20))
