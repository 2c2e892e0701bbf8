"""A part of a picture, in the size of a slot; of an animation frame by frame."""

from PIL import Image

from creatives import encoding
from creatives.decoding import pictures
from creatives.decoding.limits import MAX_ANIMATION_PIXELS
from creatives.decoding.protocol import Refusal, Target
from creatives.encoding import Encoded

# Twice the wanted size before the good filter: as good to the eye, and several times faster.
GAP = 2.0


def cut(data: bytes, decoder: str, target: Target) -> tuple[Encoded, ...]:
    """The files of a cut, the most modern first. Raises Refusal, and what Pillow raises."""
    with pictures.opened(data, decoder) as image:
        count = pictures.frames_of(image)
        if count > 1:
            return _animation(image, count, target)
        picture = encoding.upright(image)
    del image  # some decoders keep the whole canvas twice
    return encoding.still(_part(picture, target))


def _animation(image: Image.Image, count: int, target: Target) -> tuple[Encoded, ...]:
    pixels = count * target.width * target.height
    if pixels > MAX_ANIMATION_PIXELS:
        raise Refusal("animation", pixels=pixels)
    cut_frames = encoding.frames(image, change=lambda frame: _part(frame, target))
    return encoding.animated(cut_frames)


def _part(picture: Image.Image, target: Target) -> Image.Image:
    return picture.resize(
        (target.width, target.height), Image.Resampling.LANCZOS, box=target.box, reducing_gap=GAP
    )
