"""What a file is, by its first bytes: names and content types are claims, the content decides.

The size of the canvas is read here too, before any decoder is started: the decoder of WebP sets
memory aside for the whole canvas as soon as it opens a file.
"""

import struct
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PNG = b"\x89PNG\r\n\x1a\n"
# A JPEG's segment as far as the size of a frame; these markers begin a frame.
SOF = struct.Struct(">BBHBHH")
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
BEGINNING = 1024  # where markup gives itself away
HEADER = 32
HEAD_OF_EBML = 64
DOCTYPE_WEBM = b"\x42\x82\x84webm"


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of file that is accepted: its decoder's name for it, MIME type, ending."""

    decoder: str
    mime_type: str
    extension: str

    @property
    def is_film(self) -> bool:
        """Whether it moves by itself and FFmpeg reads it; Pillow reads the others."""
        return self.mime_type.startswith("video/")


SORTS = {
    "jpeg": Sort("JPEG", "image/jpeg", "jpg"),
    "png": Sort("PNG", "image/png", "png"),
    "gif": Sort("GIF", "image/gif", "gif"),
    "webp": Sort("WEBP", "image/webp", "webp"),
    "avif": Sort("AVIF", "image/avif", "avif"),
    "mp4": Sort("mov", "video/mp4", "mp4"),
    "webm": Sort("matroska", "video/webm", "webm"),
}
MATROSKA = b"\x1a\x45\xdf\xa3"
# Of the brands of ISO files those that say MP4; QuickTime's own and 3GP say otherwise.
MP4_BRANDS = {
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9"),
    *(b"mp41", b"mp42", b"avc1", b"av01", b"M4V ", b"MSNV", b"dash", b"f4v "),
}

# What people upload by mistake, by its beginning: told by name, they know what to do.
OTHERS: tuple[tuple[bytes, str | Promise], ...] = (
    (b"BM", _("a BMP picture")),
    (b"II*\x00", _("a TIFF picture")),
    (b"MM\x00*", _("a TIFF picture")),
    (b"\x00\x00\x01\x00", _("an icon")),
    (b"8BPS", _("a Photoshop file")),
    (b"%PDF", _("a PDF document")),
    (b"PK\x03\x04", _("a ZIP archive")),
    (b"MZ", _("a program")),
    (b"\x7fELF", _("a program")),
    (b"\x1f\x8b", _("a compressed file")),
    (MATROSKA, _("a Matroska film (MKV)")),
    (b"FLV", _("a Flash film")),
    (b"OggS", _("an Ogg film or sound")),
    (b"\x00\x00\x01\xba", _("an MPEG film")),
    (b"ID3", _("a piece of music")),
)
# Files of the ISO family by their brand.
BRANDS: tuple[tuple[bytes, str | Promise], ...] = (
    (b"heic", _("a HEIC picture (an iPhone's format)")),
    (b"heix", _("a HEIC picture (an iPhone's format)")),
    (b"mif1", _("a HEIC picture (an iPhone's format)")),
    (b"qt  ", _("a QuickTime film (MOV)")),
    (b"3gp", _("a film for old phones (3GP)")),
    (b"M4A ", _("a piece of music")),
)
MARKUP: tuple[tuple[bytes, str | Promise], ...] = (
    (b"<svg", _("an SVG drawing (it can carry scripts)")),
    (b"<!doctype html", _("a web page")),
    (b"<html", _("a web page")),
    (b"<script", _("a web page")),
)


def sort_of(data: bytes) -> Sort | None:
    """The sort of an accepted file, or None."""
    if data.startswith(b"\xff\xd8\xff"):
        return SORTS["jpeg"]
    if data.startswith(PNG):
        return SORTS["png"]
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return SORTS["gif"]
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return SORTS["webp"]
    if data[4:8] == b"ftyp":
        return _of_iso_family(data)
    return SORTS["webm"] if _is_webm(data) else None


def _of_iso_family(data: bytes) -> Sort | None:
    (length,) = struct.unpack(">I", data[:4])
    brands = data[8 : min(length, 128)]
    if b"avif" in brands or b"avis" in brands:
        return SORTS["avif"]
    return SORTS["mp4"] if brands[:4] in MP4_BRANDS else None


def _is_webm(data: bytes) -> bool:
    """By the type of document that the first element of EBML names."""
    return data.startswith(MATROSKA) and DOCTYPE_WEBM in data[:HEAD_OF_EBML]


def name_of_other(data: bytes) -> str | Promise | None:
    """What a refused file seems to be, for the message."""
    for beginning, name in OTHERS:
        if data.startswith(beginning):
            return name
    if data[4:8] == b"ftyp":
        return next((name for brand, name in BRANDS if data[8:].startswith(brand)), None)
    if data[:4] == b"RIFF" and data[8:11] == b"AVI":
        return _("an AVI film")
    start = data[:BEGINNING].lower()
    return next((name for tag, name in MARKUP if tag in start), None)


def canvas(data: bytes, sort: Sort) -> tuple[int, int] | None:
    """Width and height written in the header; None where only the decoder can tell cheaply."""
    header = data[:HEADER].ljust(HEADER, b"\0")
    if sort.decoder == "PNG" and header[12:16] == b"IHDR":
        return _pair(">II", header[16:24])
    if sort.decoder == "GIF":
        return _pair("<HH", header[6:10])
    if sort.decoder == "WEBP":
        return _webp(header)
    return _jpeg(data) if sort.decoder == "JPEG" else None


def _pair(form: str, data: bytes) -> tuple[int, int]:
    width, height = struct.unpack(form, data)
    return width, height


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """From the first segment that describes a frame; None where the segments end before it."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + SOF.size < len(data):
        _start, marker, length, _bits, height, width = SOF.unpack_from(data, at)
        if marker in FRAMES:
            return width, height
        at += 2 + max(length, 2)
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    """The three headers of the WebP container specification."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 ":
        width, height = _pair("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return None
