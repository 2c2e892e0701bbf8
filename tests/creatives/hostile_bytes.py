"""Files that no encoder writes, made by hand: lies, bombs, and what is hidden in pictures."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

from PIL import Image, ImageCms

MARK = b"SECRET-WORDS"
"""Whatever carries this must not come out again."""
SCRIPT = b"<script>alert('" + MARK + b"')</script>"
HTML = b"<!doctype html><html>" + SCRIPT + b"</html>"
PNG = b"\x89PNG\r\n\x1a\n"
MEGABYTE = 1 << 20
LAUGHS = (
    b"http://ns.adobe.com/xap/1.0/\0<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a0 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><x:xmpmeta xmlns:x='adobe:ns:meta/'>&a9;"
    + MARK
    + b"</x:xmpmeta>"
)


def encoded(image: Image.Image, fmt: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def drawing(width: int = 120, height: int = 80) -> Image.Image:
    """Something with edges and colours, the same every time."""
    image = Image.linear_gradient("L").resize((width, height))
    return Image.merge(
        "RGB",
        (image, image.rotate(180), image.transpose(Image.Transpose.ROTATE_90).resize(image.size)),
    )


def a(fmt: str, **options) -> bytes:
    return encoded(drawing(), fmt, **options)


def animation(fmt: str, frames: int = 5, size: tuple[int, int] = (40, 30), **options) -> bytes:
    images = [Image.new("RGB", size, (n * 40 % 256, n % 256, 90)) for n in range(frames)]
    options = {"save_all": True, "append_images": images[1:], "duration": 80} | options
    return encoded(images[0], fmt, **options)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, pixels: bytes = b"", *, depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of these chunks, whether or not they are true."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return (
        PNG + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    )


def black_png(side: int) -> bytes:
    """All the pixels are there: one bit each, and they compress a thousandfold."""
    return png(side, side, bytes((1 + (side + 7) // 8) * side), depth=1, colour=0)


def deep_png(width: int, height: int) -> bytes:
    """48 bits a pixel."""
    row = b"\0" + b"".join(struct.pack(">HHH", n * 900 % 65536, 300, 65535) for n in range(width))
    return png(width, height, row * height, depth=16, colour=2)


def with_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return data[:33] + chunk(name, body) + data[33:]


def gigabyte() -> bytes:
    """A megabyte of zeros, deflated once and said a thousand times."""
    deflate = zlib.compressobj(9, wbits=-15)
    part = deflate.compress(bytes(MEGABYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + part * 1024


def jpeg_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """A JPEG with one more segment behind its beginning."""
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def jpeg_of_size(width: int, height: int) -> bytes:
    """A JPEG whose header says so."""
    data = bytearray(a("JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def scans_without_end(side: int = 4000, times: int = 12_000) -> bytes:
    """A progressive JPEG that says nothing, again and again: each time all pixels are visited."""
    data = encoded(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    begin = data.rindex(b"\xff\xc4")  # the tables of the last scan, then the scan
    return data[:begin] + data[begin:-2] * times + data[-2:]


def gif(width: int, height: int, frames: int, *, frame: tuple[int, int] = (1, 1)) -> bytes:
    """A GIF of so many frames of a pixel each, wherever their edges are said to be."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    control = b"\x21\xf9\x04\x04\x05\x00\x00\x00"
    one = control + b"\x2c" + struct.pack("<HHHHB", 0, 0, *frame, 0) + b"\x02\x02\x44\x01\x00"
    return head + one * frames + b";"


def webp_of_size(width: int, height: int) -> bytes:
    """An animated WebP whose header says so."""
    data = bytearray(animation("WEBP"))
    data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


def avif_of_size(width: int, height: int) -> bytes:
    data = bytearray(a("AVIF"))
    at = data.index(b"ispe")
    data[at + 8 : at + 16] = struct.pack(">II", width, height)
    return bytes(data)


def apng(frames: int) -> bytes:
    """An animated PNG that promises so many frames."""
    data = animation("PNG")
    at = data.index(b"acTL")
    return data[: at - 4] + chunk(b"acTL", struct.pack(">II", frames, 0)) + data[at + 16 :]


def exif(orientation: int = 1) -> Image.Exif:
    """What a camera notes: where, with what, how held, and a maker's secret."""
    notes = Image.Exif()
    notes[0x0112] = orientation
    notes[0x010E] = MARK.decode()
    notes.get_ifd(0x8825)[2] = (47.0, 22.0, 0.0)
    notes.get_ifd(0x8769)[0x927C] = MARK
    return notes


def endless_exif() -> bytes:
    """A directory whose next directory is itself."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 0x0112, 3, 1, 6, 8)
    return jpeg_segment(a("JPEG"), 0xE1, b"Exif\0\0" + tiff)


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("page.html", HTML)
    return out.getvalue()


def changed(data: bytes, positions: Sequence[int]) -> bytes:
    other = bytearray(data)
    for position in positions:
        other[position] ^= 0xFF
    return bytes(other)
