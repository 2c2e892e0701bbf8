"""From an uploaded file to files that are safe to serve.

Checked here, before anything is decoded: bytes, sort (by content), pixels where the header tells
them. Then a child process (`creatives.decoding`) decodes it and encodes it anew: what is served was
written by our encoder and carries nothing of the file but its pixels.
"""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from creatives import decoding, refusals, sniffing
from creatives.decoding import Lost, Refusal
from creatives.decoding.limits import MAX_ANIMATION_PIXELS, MAX_FRAMES, MAX_PIXELS, MEBIBYTE
from creatives.encoding import Encoded
from creatives.facts import Facts
from creatives.refusals import FIELD
from creatives.sniffing import Sort
from engine.errors import InvalidInput, TooLarge, UnsupportedMedia

__all__ = [
    "FIELD",
    "MAX_ANIMATION_PIXELS",
    "MAX_BYTES",
    "MAX_FILM_BYTES",
    "MAX_FRAMES",
    "MAX_PIXELS",
    "Picture",
    "accept",
    "plain_name",
]

# Advertising guidelines ask for far less; 5 MiB leaves room for originals from a camera.
MAX_BYTES = 5 * MEBIBYTE
# A film is served as large as it came: on a phone 4 MiB are a few seconds of waiting.
MAX_FILM_BYTES = 4 * MEBIBYTE
ACCEPTED = _("Upload a JPEG, PNG, GIF, WebP or AVIF picture, or an MP4 or WebM film.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A checked upload: the original as it came, and what is served instead of it.

    A film is a picture that moves: what is served is the film, and pictures are its poster. The
    poster of an animation is shown to whoever wants no motion.
    """

    original: bytes
    sort: Sort
    sha256: str
    width: int
    height: int
    frames: int
    served: tuple[Encoded, ...]
    thumbnail: Encoded
    facts: Facts = Facts()  # noqa: RUF009 - frozen
    duration_ms: int = 0
    poster: tuple[Encoded, ...] = ()


def accept(upload: BinaryIO | bytes) -> Picture:
    """Check and re-encode an upload; a film is repacked.

    An animated PNG stays an animation. Raises TooLarge, UnsupportedMedia or InvalidInput, each with
    what to do, and Unavailable when no child process can be had.
    """
    data = _read(upload)
    sort = _sort(data)
    _check_bytes(data, MAX_FILM_BYTES if sort.is_film else MAX_BYTES)
    try:
        _check_canvas(data, sort)
        made = decoding.decode(data, decoder=sort.decoder, film=sort.is_film)
    except (Refusal, Lost) as refusal:
        raise refusals.error(refusal) from None
    return Picture(
        original=data,
        sort=sort,
        sha256=hashlib.sha256(data).hexdigest(),
        width=made.width,
        height=made.height,
        frames=made.frames,
        served=made.served,
        thumbnail=made.thumbnail,
        facts=made.facts,
        duration_ms=made.duration_ms,
        poster=made.poster,
    )


def plain_name(filename: str, *, most: int = 255) -> str:
    """A file's name as text to show: nothing invisible, nothing that turns the line around.

    Files are never stored under it.
    """
    return "".join(letter for letter in filename if letter.isprintable())[-most:]


def _read(upload: BinaryIO | bytes) -> bytes:
    data = upload if isinstance(upload, bytes) else upload.read(MAX_BYTES + 1)
    if not data:
        raise InvalidInput(
            _("The file is empty."), field=FIELD, hint=_("Choose the picture again.")
        )
    return data


def _check_bytes(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise TooLarge(
            _("The file has more than %(limit)s MB.") % {"limit": limit // MEBIBYTE},
            field=FIELD,
            hint=_("Export it with stronger compression or at a smaller size."),
        )


def _sort(data: bytes) -> Sort:
    sort = sniffing.sort_of(data)
    if sort is not None:
        return sort
    other = sniffing.name_of_other(data)
    detail = _("This is %(what)s.") % {"what": other} if other else _("This is not a picture.")
    raise UnsupportedMedia(detail, field=FIELD, hint=ACCEPTED)


def _check_canvas(data: bytes, sort: Sort) -> None:
    """What a header says costs nothing to refuse; the child looks at all others."""
    size = sniffing.canvas(data, sort)
    if size is None:
        return
    width, height = size
    if width < 1 or height < 1:
        raise Refusal("no_pixels")
    if width * height > MAX_PIXELS:
        raise Refusal("pixels", width=width, height=height)
