"""Pictures and animations: checked again by their decoder, decoded, encoded anew, measured."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from creatives import encoding
from creatives.decoding import measuring
from creatives.decoding.limits import MAX_ANIMATION_PIXELS, MAX_FRAMES, MAX_PIXELS
from creatives.decoding.protocol import Made, Refusal


def made(data: bytes, decoder: str) -> Made:
    """Everything that is served of a picture. Raises Refusal, and what Pillow raises."""
    with opened(data, decoder) as image:
        if frames_of(image) > 1:
            return _animation(image)
        picture = encoding.upright(image)
    del image  # some decoders keep the whole canvas twice
    return _still(picture)


@contextmanager
def opened(data: bytes, decoder: str) -> Iterator[Image.Image]:
    """A picture whose header is known and within the limits; nothing is decoded yet."""
    with Image.open(io.BytesIO(data), formats=[decoder]) as image:
        check_canvas(*image.size)
        yield image


def check_canvas(width: int, height: int) -> None:
    """Raises Refusal for too many pixels, or none."""
    if width < 1 or height < 1:
        raise Refusal("no_pixels")
    if width * height > MAX_PIXELS:
        raise Refusal("pixels", width=width, height=height)


def frames_of(image: Image.Image) -> int:
    """How many frames there are, counted without decoding them; within the limits."""
    frames: int = getattr(image, "n_frames", 1)
    if frames > MAX_FRAMES:
        raise Refusal("frames", frames=frames)
    width, height = image.size
    if frames > 1 and frames * width * height > MAX_ANIMATION_PIXELS:
        raise Refusal("animation", pixels=frames * width * height)
    return frames


def _still(picture: Image.Image) -> Made:
    return Made(
        width=picture.width,
        height=picture.height,
        frames=1,
        duration_ms=0,
        served=encoding.still(picture),
        thumbnail=encoding.thumbnail(picture),
        facts=measuring.facts(picture),
    )


def _animation(image: Image.Image) -> Made:
    animation = encoding.frames(image)
    first, loop = animation.frames[0], animation.loop
    return Made(
        width=first.width,
        height=first.height,
        frames=len(animation.frames),
        duration_ms=sum(animation.durations),
        served=encoding.animated(animation),
        thumbnail=encoding.thumbnail(first),
        facts=measuring.facts(first, loops=encoding.PLAY_ONCE if loop is None else loop),
        poster=encoding.still(first),
    )
