"""Uploads: good pictures come out clean, bad ones are refused with a reason and a remedy."""

import contextlib
import csv
import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms

from creatives import sniffing, uploads
from creatives.uploads import MAX_ANIMATION_PIXELS, MAX_BYTES, MAX_FRAMES, MAX_PIXELS
from engine.errors import InputError, InvalidInput, TooLarge, UnsupportedMedia
from tests.factories import a_picture

REFUSED_BY_RULE = {"BMP"}


def _bytes(image: Image.Image, fmt: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()


def _open(encoded) -> Image.Image:
    image = Image.open(io.BytesIO(encoded.data))
    image.load()
    return image


def _png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """A PNG by hand: encoders do not write the lies that are tried here."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(pixels, 9)) + chunk(b"IEND", b"")
    return sniffing.PNG + body


def _animation(fmt: str, frames: int, size: tuple[int, int] = (40, 20), **options) -> bytes:
    images = [Image.new("RGB", size, (n * 40 % 256, n % 256, 90)) for n in range(frames)]
    return _bytes(images[0], fmt, save_all=True, append_images=images[1:], duration=50, **options)


# ---- what comes out ------------------------------------------------------------------------------


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_accept__each_sort__webp_and_a_file_that_everybody_reads(fmt):
    picture = uploads.accept(a_picture(600, 200, fmt=fmt))
    assert (picture.width, picture.height, picture.frames) == (600, 200, 1)
    types = [made.mime_type for made in picture.served]
    assert types[-2:] == ["image/webp", "image/jpeg"]
    assert {_open(made).size for made in picture.served} == {(600, 200)}
    assert _open(picture.thumbnail).size == (480, 160)


def test_accept__transparency__kept_in_every_file():
    image = Image.new("RGBA", (64, 64), (200, 30, 30, 120))
    picture = uploads.accept(_bytes(image, "PNG"))
    assert [made.mime_type for made in picture.served][-1] == "image/png"
    for made in (*picture.served, picture.thumbnail):
        assert _open(made).convert("RGBA").getpixel((5, 5))[3] < 200


def test_accept__alpha_channel_without_transparency__jpeg():
    picture = uploads.accept(_bytes(Image.new("RGBA", (20, 20), (9, 9, 9, 255)), "PNG"))
    assert picture.served[-1].mime_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_accept__every_mode__eight_bit_rgb(mode):
    fmt = "JPEG" if mode == "CMYK" else "PNG"
    image = Image.new("I;16", (30, 20)) if mode == "I;16" else Image.new("RGB", (30, 20))
    picture = uploads.accept(_bytes(image if mode == "I;16" else image.convert(mode), fmt))
    assert {_open(made).convert("RGB").mode for made in picture.served} == {"RGB"}
    assert _open(picture.served[-1]).mode in {"RGB", "RGBA"}


def test_accept__sixteen_bit_grey__scaled_and_not_clipped():
    image = Image.new("I;16", (20, 20), 0x8000)
    value = _open(uploads.accept(_bytes(image, "PNG")).served[-1]).getpixel((5, 5))[0]
    assert abs(value - 128) <= 2


def test_accept__orientation_in_the_metadata__applied_to_the_pixels():
    image = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = uploads.accept(_bytes(image, "JPEG", exif=exif))
    assert (picture.width, picture.height) == (20, 40)
    assert {_open(made).size for made in picture.served} == {(20, 40)}


def test_accept__place_profile_and_comment_in_the_metadata__gone():
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (47.0, 22.0, 0.0)
    exif[0x010E] = "SECRET-WORDS"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = _bytes(
        Image.new("RGB", (50, 50), "teal"),
        "JPEG",
        exif=exif,
        icc_profile=profile,
        comment=b"SECRET-WORDS",
    )
    assert b"SECRET-WORDS" in data
    picture = uploads.accept(data)
    for made in (*picture.served, picture.thumbnail):
        assert b"SECRET-WORDS" not in made.data
        image = _open(made)
        assert not image.getexif()
        assert not {"exif", "icc_profile", "comment", "xmp"} & {
            k for k, v in image.info.items() if v
        }


def test_accept__colour_profile__converted_to_srgb():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = _bytes(
        Image.new("RGB", (9, 9), (200, 100, 50)),
        "PNG",
        icc_profile=profile,
    )
    assert abs(_open(uploads.accept(data).served[-1]).getpixel((4, 4))[0] - 200) <= 3


def test_accept__damaged_colour_profile__colours_as_they_are():
    data = _bytes(Image.new("RGB", (9, 9), (200, 100, 50)), "PNG", icc_profile=b"nonsense" * 20)
    assert uploads.accept(data).width == 9


@pytest.mark.parametrize("fmt", ["GIF", "WEBP", "PNG"])
def test_accept__animation__stays_one_in_webp_and_gif(fmt):
    picture = uploads.accept(_animation(fmt, 5))
    assert picture.frames == 5
    assert [made.mime_type for made in picture.served] == ["image/webp", "image/gif"]
    for made in picture.served:
        image = _open(made)
        assert (image.n_frames, image.size) == (5, (40, 20))
        assert image.info["duration"] == 50
    assert getattr(_open(picture.thumbnail), "n_frames", 1) == 1


@pytest.mark.parametrize(("written", "webp", "gif"), [({"loop": 0}, 0, 0), ({}, 1, None)])
def test_accept__loop_of_a_gif__kept(written, webp, gif):
    made = uploads.accept(_animation("GIF", 3, **written)).served
    assert _open(made[0]).info["loop"] == webp
    assert _open(made[1]).info.get("loop") == gif


# ---- what is refused -----------------------------------------------------------------------------

HTML = b"<!doctype html><script>alert(1)</script>"
REFUSALS = {
    "empty": (b"", InvalidInput),
    "html": (HTML, UnsupportedMedia),
    "svg": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", UnsupportedMedia),
    "bmp": (_bytes(Image.new("RGB", (4, 4)), "BMP"), UnsupportedMedia),
    "tiff": (_bytes(Image.new("RGB", (4, 4)), "TIFF"), UnsupportedMedia),
    "pdf": (b"%PDF-1.7 ...", UnsupportedMedia),
    "zip": (b"PK\x03\x04....", UnsupportedMedia),
    "text": (b"just words", UnsupportedMedia),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1", UnsupportedMedia),
    "only a signature": (sniffing.PNG, InvalidInput),
    "jpeg signature and noise": (b"\xff\xd8\xff" + b"\x00\x01" * 500, InvalidInput),
    "gif signature and noise": (b"GIF89a" + b"\xff" * 50, InputError),
    "webp signature and noise": (b"RIFF\x10\x00\x00\x00WEBPVP8 " + b"\x07" * 40, InputError),
    "avif signature and noise": (b"\x00\x00\x00\x1cftypavif" + b"\x07" * 40, InputError),
    "no width": (_png(0, 100), InvalidInput),
    "no height": (_png(100, 0), InvalidInput),
    "too many pixels": (_png(9000, 9000), TooLarge),
    "most pixels there are": (_png(2**31 - 1, 2**31 - 1), TooLarge),
    "fewer pixels than it says": (_png(4000, 4000, b"\x00" * 10), InvalidInput),
    "truncated": (a_picture(fmt="JPEG")[:-200], InvalidInput),
    "too many bytes": (b"\xff\xd8\xff" + bytes(MAX_BYTES), TooLarge),
    "too many frames": (_animation("GIF", MAX_FRAMES + 1, (2, 2)), TooLarge),
}


@pytest.mark.parametrize(("data", "error"), REFUSALS.values(), ids=REFUSALS)
def test_accept__bad_file__refused_with_reason_and_remedy(data, error):
    with pytest.raises(error) as caught:
        uploads.accept(data)
    assert caught.value.field == "upload"
    assert len(str(caught.value)) > 10
    assert len(str(caught.value.hint)) > 10


def test_accept__bomb__refused_before_it_is_decoded():
    bomb = _png(9000, 9000, bytes(9000 * (9000 * 3 + 1)))
    assert len(bomb) < 1_000_000
    begun = time.process_time()
    with pytest.raises(TooLarge, match="9000 × 9000"):
        uploads.accept(bomb)
    assert time.process_time() - begun < 0.2


def test_accept__huge_webp_canvas__refused_before_a_decoder_sees_it():
    data = bytearray(_animation("WEBP", 3))
    assert data[12:16] == b"VP8X"
    data[24:30] = (16_382).to_bytes(3, "little") * 2
    with pytest.raises(TooLarge, match="16383 × 16383"):
        uploads.accept(bytes(data))


def test_accept__long_animation_of_large_frames__refused_before_it_is_decoded():
    side = 1100
    assert side * side * 26 > MAX_ANIMATION_PIXELS
    with pytest.raises(TooLarge, match="million pixels in all"):
        uploads.accept(_animation("GIF", 26, (side, side)))


def test_accept__most_pixels_allowed__taken():
    width, height = 4200, 4000
    assert width * height == MAX_PIXELS
    assert uploads.accept(a_picture(width, height, fmt="JPEG")).width == width


@pytest.mark.parametrize("fmt", ["PNG", "JPEG", "GIF"])
def test_accept__picture_and_web_page_in_one_file__page_gone(fmt):
    data = a_picture(60, 40, fmt=fmt) + HTML
    picture = uploads.accept(data)
    assert not any(HTML in made.data for made in (*picture.served, picture.thumbnail))


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_accept__any_sort_cut_anywhere__refused_or_whole_but_never_a_crash(fmt, share):
    data = a_picture(300, 200, fmt=fmt)
    try:
        picture = uploads.accept(data[: int(len(data) * share)])
    except InputError:
        return
    assert (picture.width, picture.height) == (300, 200)


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_accept__bytes_changed_anywhere__refused_or_a_picture_but_never_a_crash(fmt):
    data = bytearray(a_picture(64, 48, fmt=fmt))
    for position in range(0, len(data), max(1, len(data) // 60)):
        changed = bytearray(data)
        changed[position] ^= 0xFF
        with contextlib.suppress(InputError):
            uploads.accept(bytes(changed))


def test_accept__file_object__read_no_further_than_the_limit():
    class Endless(io.RawIOBase):
        taken = 0

        def read(self, size=-1):
            assert size > 0
            self.taken += size
            return b"\xff\xd8\xff" + bytes(size - 3)

    endless = Endless()
    with pytest.raises(TooLarge):
        uploads.accept(endless)
    assert endless.taken <= MAX_BYTES + 1


# ---- real files ----------------------------------------------------------------------------------


def test_accept__real_pictures__as_their_list_says(shared_data):
    folder = shared_data / "images"
    with (folder / "images.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        data = (folder / row["file"]).read_bytes()
        if row["decodes"] != "yes" or row["pillow_format"] in REFUSED_BY_RULE:
            with pytest.raises(InputError):
                uploads.accept(data)
            continue
        picture = uploads.accept(data)
        size = (int(row["width"]), int(row["height"]))
        turned = row["exif_orientation"] in {"5", "6", "7", "8"}
        assert (picture.width, picture.height) == (size[::-1] if turned else size), row["file"]
        assert picture.frames == int(row["frames"]), row["file"]
        assert not any(_open(made).getexif() for made in picture.served), row["file"]
