"""Why a file was not taken, as an error with a sentence and a remedy."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from creatives.decoding import Lost, Refusal
from creatives.decoding.limits import (
    MAX_ANIMATION_PIXELS,
    MAX_FILM_FRAMES,
    MAX_FILM_SECONDS,
    MAX_FRAMES,
    MAX_PIXELS,
)
from engine.errors import InvalidInput, LabError, TooLarge, Unavailable, UnsupportedMedia

FIELD = "upload"
EXPORT_AGAIN = _("Open it in a picture editor, export it again and upload that file.")
EXPORT_FILM = _("Export it again as MP4 with H.264 and 8-bit colour (4:2:0), and upload that file.")
SMALLER = _("Scale it to the size at which it will be shown and upload it again.")
SHORTEN = _("Cut it to at most 15 seconds and export it again.")

Words = Mapping[str, int | str]


def error(refusal: Refusal | Lost) -> LabError:
    """The error of a refusal, in the language of whoever reads it."""
    if isinstance(refusal, Lost):
        return Unavailable(
            _("Pictures cannot be taken in at the moment."),
            field=FIELD,
            hint=_("Try again in a minute; the file itself may be fine."),
        )
    return ERRORS.get(refusal.code, _broken)(refusal.words)


def _broken(_words: Words) -> LabError:
    return InvalidInput(_("The picture is damaged or incomplete."), field=FIELD, hint=EXPORT_AGAIN)


def _no_pixels(_words: Words) -> LabError:
    return InvalidInput(_("The picture has no pixels."), field=FIELD, hint=EXPORT_AGAIN)


def _pixels(words: Words) -> LabError:
    limit = {"limit": MAX_PIXELS / 1e6}
    if "width" not in words:
        less = _("The picture has more than %(limit)s million pixels.")
        return TooLarge(less % limit, field=FIELD, hint=SMALLER)
    text = _(
        "The picture has %(width)s × %(height)s pixels; at most %(limit)s million are possible."
    )
    return TooLarge(text % {**words, **limit}, field=FIELD, hint=SMALLER)


def _frames(words: Words) -> LabError:
    return TooLarge(
        _("The animation has %(frames)s frames; at most %(limit)s are possible.")
        % {**words, "limit": MAX_FRAMES},
        field=FIELD,
        hint=_("Shorten it or leave out every second frame."),
    )


def _animation(words: Words) -> LabError:
    return TooLarge(
        _("The animation has %(pixels)s million pixels in all; at most %(limit)s are possible.")
        % {
            "pixels": round(int(words["pixels"]) / 1e6),
            "limit": MAX_ANIMATION_PIXELS // 1_000_000,
        },
        field=FIELD,
        hint=_("Make it smaller or shorter."),
    )


def _time(_words: Words) -> LabError:
    return TooLarge(
        _("The file takes too long to decode."),
        field=FIELD,
        hint=_("Export it again, smaller or shorter, and upload that file."),
    )


def _memory(_words: Words) -> LabError:
    return TooLarge(_("The file takes too much memory to decode."), field=FIELD, hint=SMALLER)


def _film_broken(_words: Words) -> LabError:
    return InvalidInput(_("The film is damaged or incomplete."), field=FIELD, hint=EXPORT_FILM)


def _film_empty(_words: Words) -> LabError:
    return InvalidInput(_("The file has no moving pictures."), field=FIELD, hint=EXPORT_FILM)


def _film_codec(words: Words) -> LabError:
    text = _("Browsers do not play this sort of film (%(codec)s).") % {"codec": words["codec"]}
    return UnsupportedMedia(text, field=FIELD, hint=EXPORT_FILM)


def _film_long(_words: Words) -> LabError:
    text = _("The film is longer than %(limit)s seconds.") % {"limit": MAX_FILM_SECONDS}
    return TooLarge(text, field=FIELD, hint=SHORTEN)


def _film_frames(_words: Words) -> LabError:
    return TooLarge(
        _("The film has more than %(limit)s frames.") % {"limit": MAX_FILM_FRAMES},
        field=FIELD,
        hint=_("Export it again with at most 60 frames a second."),
    )


def _film_elsewhere(_words: Words) -> LabError:
    return InvalidInput(
        _("The film refers to another file for its pictures."), field=FIELD, hint=EXPORT_FILM
    )


ERRORS: Final[Mapping[str, Callable[[Words], LabError]]] = {
    "broken": _broken,
    "no_pixels": _no_pixels,
    "pixels": _pixels,
    "frames": _frames,
    "animation": _animation,
    "time": _time,
    "memory": _memory,
    "film_broken": _film_broken,
    "film_empty": _film_empty,
    "film_codec": _film_codec,
    "film_long": _film_long,
    "film_frames": _film_frames,
    "film_elsewhere": _film_elsewhere,
}
