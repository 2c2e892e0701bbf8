"""From an uploaded file to pictures that are safe to serve.

Checked before anything is decoded: bytes, sort (by content), pixels, frames. Then decoded
completely, turned upright, converted to 8-bit sRGB and encoded anew: what is served was written by
our encoder and carries nothing of the file but its pixels.
"""

import hashlib
import io
import struct
import warnings
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from creatives import encoding, sniffing
from creatives.encoding import Encoded
from creatives.sniffing import Sort
from engine.errors import InvalidInput, TooLarge, UnsupportedMedia

FIELD = "upload"
MEBIBYTE = 1024 * 1024
# Advertising guidelines ask for far less; 5 MiB leaves room for originals from a camera.
MAX_BYTES = 5 * MEBIBYTE
# 16.8 MP as RGBA are 67 MB in memory: what one request may take.
MAX_PIXELS = 16_800_000
MAX_FRAMES = 300
# All frames together. Measured: 1.6 s as WebP and 6.6 s as GIF on one core.
MAX_ANIMATION_PIXELS = 30_000_000

# Pillow refuses by itself what is twice as large; its warning in between becomes an error as well.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's decoders raise for files that are damaged on purpose or by accident.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    OverflowError,
    RuntimeError,
    MemoryError,
    struct.error,
)
ACCEPTED = _("Upload a JPEG, PNG, GIF, WebP or AVIF picture.")
EXPORT_AGAIN = _("Open it in a picture editor, export it again and upload that file.")
SMALLER = _("Scale it to the size at which it will be shown and upload it again.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked upload: the original as it came, and what is served instead of it."""

    original: bytes
    sort: Sort
    sha256: str
    width: int
    height: int
    frames: int
    served: tuple[Encoded, ...]
    thumbnail: Encoded


def accept(upload: BinaryIO | bytes) -> Picture:
    """Check and re-encode an upload.

    An animated PNG stays an animation. Raises TooLarge, UnsupportedMedia or InvalidInput, each with
    what to do.
    """
    data = _read(upload)
    sort = _sort(data)
    _check_canvas(sniffing.canvas(data, sort))
    try:
        with Image.open(io.BytesIO(data), formats=[sort.decoder]) as image:
            return _picture(image, data, sort)
    except BOMB:
        raise _too_many_pixels() from None
    except (UnidentifiedImageError, *BROKEN) as error:
        raise _broken() from error


def _read(upload: BinaryIO | bytes) -> bytes:
    data = upload if isinstance(upload, bytes) else upload.read(MAX_BYTES + 1)
    if not data:
        raise InvalidInput(
            _("The file is empty."), field=FIELD, hint=_("Choose the picture again.")
        )
    if len(data) > MAX_BYTES:
        raise TooLarge(
            _("The file has more than %(limit)s MB.") % {"limit": MAX_BYTES // MEBIBYTE},
            field=FIELD,
            hint=_("Export it with stronger compression or at a smaller size."),
        )
    return data


def _sort(data: bytes) -> Sort:
    sort = sniffing.sort_of(data)
    if sort is not None:
        return sort
    other = sniffing.name_of_other(data)
    detail = _("This is %(what)s.") % {"what": other} if other else _("This is not a picture.")
    raise UnsupportedMedia(detail, field=FIELD, hint=ACCEPTED)


def _check_canvas(size: tuple[int, int] | None) -> None:
    if size is None:
        return
    width, height = size
    if width < 1 or height < 1:
        raise InvalidInput(_("The picture has no pixels."), field=FIELD, hint=EXPORT_AGAIN)
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(width, height)


def _picture(image: Image.Image, data: bytes, sort: Sort) -> Picture:
    _check_canvas(image.size)
    frames = _frames(image)
    made = encoding.animated(image) if frames > 1 else encoding.still(image)
    return Picture(
        original=data,
        sort=sort,
        sha256=hashlib.sha256(data).hexdigest(),
        width=made.width,
        height=made.height,
        frames=frames,
        served=made.served,
        thumbnail=made.thumbnail,
    )


def _frames(image: Image.Image) -> int:
    """How many frames there are, counted without decoding them; within the limits."""
    frames: int = getattr(image, "n_frames", 1)
    if frames > MAX_FRAMES:
        raise TooLarge(
            _("The animation has %(frames)s frames; at most %(limit)s are possible.")
            % {"frames": frames, "limit": MAX_FRAMES},
            field=FIELD,
            hint=_("Shorten it or leave out every second frame."),
        )
    width, height = image.size
    if frames > 1 and frames * width * height > MAX_ANIMATION_PIXELS:
        raise TooLarge(
            _("The animation has %(pixels)s million pixels in all; at most %(limit)s are possible.")
            % {
                "pixels": round(frames * width * height / 1e6),
                "limit": MAX_ANIMATION_PIXELS // 1_000_000,
            },
            field=FIELD,
            hint=_("Make it smaller or shorter."),
        )
    return frames


def _too_many_pixels(width: int = 0, height: int = 0) -> TooLarge:
    limit = {"limit": MAX_PIXELS / 1e6}
    if not width:
        return TooLarge(
            _("The picture has more than %(limit)s million pixels.") % limit,
            field=FIELD,
            hint=SMALLER,
        )
    return TooLarge(
        _("The picture has %(width)s × %(height)s pixels; at most %(limit)s million are possible.")
        % {"width": width, "height": height, **limit},
        field=FIELD,
        hint=SMALLER,
    )


def _broken() -> InvalidInput:
    return InvalidInput(_("The picture is damaged or incomplete."), field=FIELD, hint=EXPORT_AGAIN)
