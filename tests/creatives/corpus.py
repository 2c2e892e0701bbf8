"""Hostile and odd uploads, each built here, with how it has to end.

`TAKEN` means: as pixels that our own encoder wrote. Every other verdict is the name of an error.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image

from tests.creatives import hostile_bytes as hb
from tests.creatives import hostile_films as hf
from tests.creatives.hostile_bytes import HTML, MARK, SCRIPT, a, animation, chunk, encoded, png

TAKEN, DAMAGED, LARGE, OTHER = "taken", "InvalidInput", "TooLarge", "UnsupportedMedia"
PICTURES = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")


@dataclass(frozen=True, slots=True)
class Case:
    """A file, what it is an example of, and how it has to end.

    `slow` ones take their child to a limit of time.
    """

    name: str
    sort: str
    build: Callable[[], bytes]
    verdict: str
    size: tuple[int, int] | None = None
    frames: int | None = None
    slow: bool = False

    def data(self) -> bytes:
        """Its bytes, built once."""
        return _built(self)


@cache
def _built(case: Case) -> bytes:
    return case.build()


def _polyglots() -> list[Case]:
    tails = {"a web page": lambda: HTML, "an archive": hb.archive, "a script": lambda: SCRIPT}
    found = [
        Case(f"{fmt} with {what} behind it", "polyglot", lambda f=fmt, t=tail: a(f) + t(), TAKEN)
        for fmt in PICTURES
        for what, tail in tails.items()
    ]
    hidden = {
        "JPEG, script in its comment": lambda: a("JPEG", comment=SCRIPT),
        "JPEG, script in its XMP": lambda: a("JPEG", xmp=SCRIPT),
        "JPEG, script for a profile": lambda: a("JPEG", icc_profile=SCRIPT * 4),
        "JPEG, PHP in a segment": lambda: hb.jpeg_segment(a("JPEG"), 0xE5, b"<?php " + MARK),
        "GIF, script in its comment": lambda: a("GIF", comment=SCRIPT),
        "PNG, script in its text": lambda: hb.with_chunk(a("PNG"), b"tEXt", b"Title\0" + SCRIPT),
        "PNG, page in a private chunk": lambda: hb.with_chunk(a("PNG"), b"ruSt", HTML),
        "WebP, page in its XMP": lambda: a("WEBP", xmp=HTML),
        "AVIF, page in its XMP": lambda: a("AVIF", xmp=HTML),
    }
    found += [Case(name, "polyglot", build, TAKEN) for name, build in hidden.items()]
    script = b"GIF89a=1;/*" + MARK + b"*/alert(1)//"
    return [*found, Case("GIF that is a script", "polyglot", lambda: script, LARGE)]


def _active() -> list[Case]:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'>%s</svg>"
    entity = b"<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    files = {
        "SVG with a script": svg % SCRIPT,
        "SVG with a foreign object": svg % b"<foreignObject><body/></foreignObject>",
        "SVG with an outer entity": entity + svg % b"<text>&x;</text>",
        "SVG that links to a file": svg % b"<image href='file:///etc/passwd'/>",
        "SVG behind a comment": b"\xef\xbb\xbf<!-- " + b"x" * 300 + b" -->" + svg % b"",
        "SVG, compressed": b"\x1f\x8b\x08\0" + bytes(60),
        "web page": HTML,
        "web page behind white space": b"\n\n   " + HTML,
        "script": b"alert(1)",
        "PDF": b"%PDF-1.7\n" + SCRIPT,
        "archive": hb.archive(),
        "Windows program": b"MZ" + bytes(200),
        "Linux program": b"\x7fELF" + bytes(200),
        "Photoshop file": b"8BPS" + bytes(200),
        "BMP": encoded(hb.drawing(), "BMP"),
        "TIFF": encoded(hb.drawing(), "TIFF"),
        "icon": encoded(hb.drawing(), "ICO"),
        "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + bytes(100),
        "words": b"just words",
        "noise": bytes(n * 7919 % 251 for n in range(999)),
    }
    return [Case(name, "other format", lambda d=data: d, OTHER) for name, data in files.items()]


def _bombs() -> list[Case]:
    behind = chunk(b"zTXt", b"Title\0\0" + hb.gigabyte())
    files: dict[str, tuple[Callable[[], bytes], str]] = {
        "PNG of 81 megapixels in 10 kB": (lambda: hb.black_png(9000), LARGE),
        "PNG of 144 megapixels in 18 kB": (lambda: hb.black_png(12000), LARGE),
        "PNG of 16 megapixels in 3 kB": (lambda: hb.black_png(4096), TAKEN),
        "PNG header, 65000 × 65000": (lambda: png(65000, 65000), LARGE),
        "PNG header, 2³¹ × 2³¹": (lambda: png(2**31 - 1, 2**31 - 1), LARGE),
        "JPEG header, 65000 × 65000": (lambda: hb.jpeg_of_size(65000, 65000), LARGE),
        "GIF header, 65535 × 65535": (lambda: hb.gif(65535, 65535, 1), LARGE),
        "WebP header, 16383 × 16383": (lambda: hb.webp_of_size(16383, 16383), LARGE),
        "AVIF header, 60000 × 60000": (lambda: hb.avif_of_size(60000, 60000), DAMAGED),
        "GIF of 10000 frames": (lambda: hb.gif(10, 10, 10_000), LARGE),
        "GIF, 26 frames of 1.2 megapixels": (lambda: hb.gif(1100, 1100, 26), LARGE),
        "GIF, frames beyond the canvas": (lambda: hb.gif(9, 9, 3, frame=(65000, 65000)), LARGE),
        "WebP of 301 frames": (lambda: animation("WEBP", 301, (2, 2)), LARGE),
        "APNG that promises 2³⁰ frames": (lambda: hb.apng(2**30), LARGE),
        "PNG, profile of a gigabyte": (
            lambda: hb.with_chunk(a("PNG"), b"iCCP", b"x\0\0" + hb.gigabyte()),
            DAMAGED,
        ),
        "PNG, text of a gigabyte": (
            lambda: hb.with_chunk(a("PNG"), b"zTXt", b"Title\0\0" + hb.gigabyte()),
            DAMAGED,
        ),
        "PNG, text of a gigabyte at its end": (lambda: a("PNG")[:-12] + behind, DAMAGED),
        "PNG, a gigabyte of pixels for a few": (
            lambda: png(20, 20).replace(
                chunk(b"IDAT", hb.zlib.compress(b"", 9)), chunk(b"IDAT", hb.gigabyte())
            ),
            TAKEN,
        ),
        "JPEG, XMP of a billion laughs": (
            lambda: hb.jpeg_segment(a("JPEG"), 0xE1, hb.LAUGHS),
            TAKEN,
        ),
        "JPEG, EXIF that ends in itself": (hb.endless_exif, TAKEN),
        "too many bytes": (lambda: b"\xff\xd8\xff" + bytes(5 << 20), LARGE),
    }
    found = [Case(name, "bomb", build, verdict) for name, (build, verdict) in files.items()]
    endless = Case("JPEG of 12000 scans", "bomb", hb.scans_without_end, LARGE, slow=True)
    return [*found, endless]


def _broken() -> list[Case]:
    found = [
        Case(f"{fmt}, the last tenth missing", "broken", lambda f=fmt: _short(a(f)), DAMAGED)
        for fmt in PICTURES
    ]
    found += [
        Case(f"{sort}, nothing but its signature", "broken", lambda d=data: d, DAMAGED)
        for sort, data in {
            "JPEG": b"\xff\xd8\xff",
            "PNG": hb.PNG,
            "GIF": b"GIF89a",
            "AVIF": b"\0\0\0\x1cftypavif",
        }.items()
    ]
    files = {
        "nothing": lambda: b"",
        "PNG, wrong checksum": lambda: hb.changed(a("PNG"), [30]),
        "PNG, pixels damaged": lambda: hb.changed(a("PNG"), range(60, 64)),
        "PNG of no width": lambda: png(0, 100),
        "PNG of no height": lambda: png(100, 0),
        "PNG without pixels": lambda: hb.PNG + a("PNG")[8:33] + chunk(b"IEND", b""),
        "PNG, fewer pixels than it says": lambda: png(4000, 4000, bytes(10)),
        "GIF without frames": lambda: hb.gif(10, 10, 0),
        "JPEG without pixels": lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9",
    }
    return found + [Case(name, "broken", build, DAMAGED) for name, build in files.items()]


def _short(data: bytes) -> bytes:
    return data[: len(data) * 9 // 10]


def _odd() -> list[Case]:
    clear = Image.new("RGBA", (120, 80), (200, 30, 30, 120))
    files = {
        "CMYK JPEG": lambda: encoded(hb.drawing().convert("CMYK"), "JPEG"),
        "CMYK JPEG with a profile": lambda: encoded(
            hb.drawing().convert("CMYK"), "JPEG", icc_profile=hb.profile()
        ),
        "progressive JPEG": lambda: a("JPEG", progressive=True),
        "PNG, 16 bits grey": lambda: encoded(Image.new("I;16", (120, 80), 0x8000), "PNG"),
        "PNG, 48 bits": lambda: hb.deep_png(120, 80),
        "PNG, palette": lambda: encoded(hb.drawing().convert("P"), "PNG"),
        "PNG, palette with transparency": lambda: encoded(
            hb.drawing().convert("P"), "PNG", transparency=0
        ),
        "PNG, one bit": lambda: encoded(hb.drawing().convert("1"), "PNG"),
        "PNG, grey with alpha": lambda: encoded(hb.drawing().convert("LA"), "PNG"),
        "PNG, transparent": lambda: encoded(clear, "PNG"),
        "WebP, lossless": lambda: a("WEBP", lossless=True),
        "AVIF, transparent": lambda: encoded(clear, "AVIF"),
    }
    found = [Case(name, "odd", build, TAKEN, size=(120, 80)) for name, build in files.items()]
    found += [
        Case(f"animated {fmt}", "odd", lambda f=fmt: animation(f), TAKEN, (40, 30), 5)
        for fmt in ("GIF", "PNG", "WEBP", "AVIF")
    ]
    dot = encoded(Image.new("P", (1, 1)), "GIF")
    return [
        *found,
        Case("GIF of one pixel", "odd", lambda: dot, TAKEN, (1, 1), 1),
        Case("PNG, 16000 × 2", "odd", lambda: png(16000, 2, bytes(96002)), TAKEN, (16000, 2)),
    ]


def _told() -> list[Case]:
    found = [
        Case(
            f"{fmt}, place and maker's note", "metadata", lambda f=fmt: a(f, exif=hb.exif()), TAKEN
        )
        for fmt in ("JPEG", "PNG", "WEBP", "AVIF")
    ]
    found += [
        Case(
            f"JPEG, held in way {way}",
            "metadata",
            lambda w=way: a("JPEG", exif=hb.exif(w)),
            TAKEN,
            size=(80, 120) if way >= 5 else (120, 80),
        )
        for way in range(2, 9)
    ]
    press = lambda: hb.jpeg_segment(a("JPEG"), 0xED, b"Photoshop 3.0\0" + MARK)  # noqa: E731
    return [*found, Case("JPEG, a press agency's words", "metadata", press, TAKEN)]


def _films() -> list[Case]:
    taken = {
        "MP4, H.264": hf.film,
        "MP4 in fragments": lambda: hf.film(movflags="frag_keyframe+empty_moov"),
        "MP4, AV1": lambda: hf.film(codec="libsvtav1"),
        "MP4, VP9": lambda: hf.film(codec="libvpx-vp9"),
        "WebM, VP8": lambda: hf.film("webm", "libvpx"),
        "WebM, VP9": lambda: hf.film("webm", "libvpx-vp9"),
        "WebM, AV1": lambda: hf.film("webm", "libsvtav1"),
        "MP4 with sound": lambda: hf.film(sound="aac"),
        "WebM with sound": lambda: hf.film("webm", "libvpx", sound="libopus"),
        "MP4 with a second film": lambda: hf.film(tracks=2),
        "MP4 with a web page behind it": lambda: hf.film() + HTML,
        "MP4 with a page in a free box": lambda: hf.film() + hf.box(b"free", HTML),
        "MP4 with a page in a user's box": lambda: hf.film() + hf.box(b"uuid", bytes(16) + HTML),
        "WebM with an attached page": hf.with_attachment,
        "MP4, all black": lambda: hf.film(black=True),
        "MP4 that says it lasts an hour": lambda: hf.lying(3600),
    }
    refused = {
        "MP4 of 16 seconds": (lambda: hf.film(frames=160, rate=10), LARGE),
        "MP4 of 16 seconds that says 5": (_short_lie, LARGE),
        "MP4 of 2000 frames": (lambda: hf.film(frames=2000, rate=200, size=(64, 36)), LARGE),
        "MP4 of 5 megabytes": (hf.heavy, LARGE),
        "MP4 whose pictures lie elsewhere": (hf.elsewhere, DAMAGED),
        "MP4, its second half missing": (lambda: hf.film()[: len(hf.film()) // 2], DAMAGED),
        "WebM, its second half missing": (_half_a_webm, DAMAGED),
        "MP4, nothing but its brand": (lambda: hf.film()[:32], DAMAGED),
        "WebM, nothing but its head": (lambda: hf.film("webm", "libvpx")[:40], DAMAGED),
        "MP4 that promises 2³¹ frames": (lambda: hf.promising(b"\0\0\0\0"), DAMAGED),
        "MP4 that promises 2³¹ frames of a byte": (lambda: hf.promising(b"\0\0\0\1"), DAMAGED),
        "MP4 of sound": (hf.sound_only, DAMAGED),
        "MP4, H.265": (lambda: hf.film(codec="libx265"), OTHER),
        "MP4, MPEG-4 part 2": (lambda: hf.film(codec="mpeg4"), OTHER),
        "MP4, H.264 in 4:4:4": (lambda: hf.film(pixels="yuv444p"), OTHER),
        "H.264 that says WebM": (lambda: hf.as_webm(hf.film("matroska")), OTHER),
        "Matroska": (lambda: hf.film("matroska"), OTHER),
        "QuickTime": (lambda: hf.film("mov"), OTHER),
        "AVI": (lambda: hf.film("avi", "mpeg4"), OTHER),
        "picture's brand, film's content": (
            lambda: hf.film().replace(b"ftypisom", b"ftypavif", 1),
            DAMAGED,
        ),
    }
    turned = Case("MP4, held upright", "film", hf.turned, TAKEN, size=hf.SIZE[::-1])
    # The stream knows better than what is written about it.
    huge = Case("MP4 header, 65535 × 65535", "film", hf.huge, TAKEN, size=hf.SIZE)
    wide = Case("WebM header, 65535 × 65535", "film", hf.huge_webm, TAKEN, size=(640, 360))
    return [
        *(Case(name, "film", build, TAKEN, size=hf.SIZE) for name, build in taken.items()),
        turned,
        huge,
        wide,
        *(Case(name, "film", build, verdict) for name, (build, verdict) in refused.items()),
    ]


def _short_lie() -> bytes:
    return hf.lying(5, frames=400)


def _half_a_webm() -> bytes:
    data = hf.film("webm", "libvpx", frames=100)
    return data[: len(data) // 2]


CASES = (*_polyglots(), *_active(), *_bombs(), *_broken(), *_odd(), *_told(), *_films())
