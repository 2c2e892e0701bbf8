"""Pixels in, files out: everything that is served of a picture is written here."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

SRGB = ImageCms.createProfile("sRGB")
THUMBNAIL = (480, 960)
WEBP_QUALITY = 82
JPEG_QUALITY = 85
AVIF_QUALITY = 62
# AVIF takes 0.4 s a megapixel even at this speed (8 of 10); larger pictures do without it.
AVIF_SPEED = 8
AVIF_MAX_PIXELS = 2_500_000
# Browsers slow down anything shorter to 100 ms; what was written as 0 means that.
DEFAULT_DURATION_MS = 100
# WebP takes 30 bytes and a microsecond a pixel for transparency, and optimising a PNG as long:
# larger pictures are PNG only, as it comes.
MAX_ALPHA_PIXELS = 4_200_000
OPAQUE = 255
# A GIF without a loop count plays once; WebP writes that as 1, and 0 for ever as GIF does.
PLAY_ONCE = 1
RESTORE_BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class Encoded:
    """One finished file."""

    data: bytes
    mime_type: str
    extension: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Animation:
    """Frames of one size and mode with their milliseconds; `loop` as GIF has it, None for once."""

    frames: Sequence[Image.Image]
    durations: Sequence[int]
    loop: int | None


def upright(image: Image.Image) -> Image.Image:
    """A still picture as it is seen: turned upright, 8-bit sRGB. Raises what Pillow raises."""
    ImageOps.exif_transpose(image, in_place=True)
    return _normal(image)


def frames(
    image: Image.Image, *, change: Callable[[Image.Image], Image.Image] | None = None
) -> Animation:
    """All frames, each changed as soon as it is decoded. Raises what Pillow raises."""
    found, durations = [], []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # some decoders know the duration only then
        durations.append(round(frame.info.get("duration", 0)) or DEFAULT_DURATION_MS)
        normal = _normal(frame)
        found.append(change(normal) if change else normal)
    if any(frame.mode == "RGBA" for frame in found):
        found = [frame.convert("RGBA") for frame in found]
    return Animation(found, durations, image.info.get("loop"))


def still(picture: Image.Image) -> tuple[Encoded, ...]:
    """AVIF when it pays, WebP, and JPEG or (with transparency) PNG; the most modern first."""
    if _is_too_large_for_alpha(picture):
        return (_plain(picture),)
    webp = _encode(picture, "WEBP", quality=WEBP_QUALITY, method=4)
    return (*_avif(picture, smaller_than=len(webp.data)), webp, _plain(picture))


def animated(animation: Animation) -> tuple[Encoded, ...]:
    """Animated WebP, and GIF for the oldest browsers."""
    webp = _encode_all(
        animation.frames,
        "WEBP",
        quality=WEBP_QUALITY,
        method=2,
        duration=list(animation.durations),
        loop=PLAY_ONCE if animation.loop is None else animation.loop,
    )
    return (webp, _gif(animation))


def thumbnail(picture: Image.Image) -> Encoded:
    """A small one for the pages of the team."""
    small = picture.copy()
    small.thumbnail(THUMBNAIL, Image.Resampling.LANCZOS)
    return _encode(small, "WEBP", quality=WEBP_QUALITY, method=4)


def _gif(animation: Animation) -> Encoded:
    options: dict[str, Any] = {} if animation.loop is None else {"loop": animation.loop}
    if animation.frames[0].mode == "RGBA":
        options["disposal"] = RESTORE_BACKGROUND
    return _encode_all(animation.frames, "GIF", duration=list(animation.durations), **options)


def _normal(image: Image.Image) -> Image.Image:
    """8-bit sRGB, with an alpha channel only if something shines through; without any metadata."""
    picture = _with_plain_alpha(_to_srgb(_to_eight_bits(image)))
    if picture is image:
        picture = image.copy()
    # Encoders look here for comments, profiles and the like.
    picture.info = {}
    return picture


def _to_eight_bits(image: Image.Image) -> Image.Image:
    if image.mode == "F" or image.mode.startswith("I"):
        grey = image.convert("I").point(lambda value: value * (1 / 256))
        return grey.convert("L")
    return image


def _to_srgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image  # a damaged profile: the colours as they are
    return converted or image


def _with_plain_alpha(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    picture = image if image.mode == "RGBA" else image.convert("RGBA")
    lowest = picture.getchannel("A").getextrema()[0]
    return picture.convert("RGB") if lowest == OPAQUE else picture


def _avif(picture: Image.Image, *, smaller_than: int) -> list[Encoded]:
    if picture.width * picture.height > AVIF_MAX_PIXELS:
        return []
    made = _encode(picture, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED)
    return [made] if len(made.data) < smaller_than else []


def _is_too_large_for_alpha(picture: Image.Image) -> bool:
    return picture.mode == "RGBA" and picture.width * picture.height > MAX_ALPHA_PIXELS


def _plain(picture: Image.Image) -> Encoded:
    if picture.mode == "RGBA":
        return _encode(picture, "PNG", optimize=not _is_too_large_for_alpha(picture))
    return _encode(picture, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)


def _encode(picture: Image.Image, decoder: str, **options: Any) -> Encoded:  # noqa: ANN401
    out = io.BytesIO()
    picture.save(out, decoder, **options)
    extension = "jpg" if decoder == "JPEG" else decoder.lower()
    return Encoded(
        out.getvalue(), f"image/{decoder.lower()}", extension, picture.width, picture.height
    )


def _encode_all(frames: Sequence[Image.Image], decoder: str, **options: Any) -> Encoded:  # noqa: ANN401
    return _encode(frames[0], decoder, save_all=True, append_images=frames[1:], **options)
