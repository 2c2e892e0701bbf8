"""Where a link with a token leads: the answers to `/c/` and `/i/`, whatever is counted of them."""

from typing import Final
from urllib.parse import quote

from delivery import mailing
from delivery.landings import Landing
from delivery.mailing import Pictures
from delivery.token import Stamp
from delivery.wire import Headers, Request, Response
from engine.errors import InvalidInput

# One transparent pixel.
GIF: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
_NOT_STORED: Headers = ((b"cache-control", b"no-store"),)
PIXEL: Final = Response(200, GIF, ((b"content-type", b"image/gif"), *_NOT_STORED))


def to(address: str) -> Response:
    """There, this time: nobody may remember the way, or only the first click would be counted."""
    target = quote(address, safe="/#%[]=:;$&()+,!?*@'~").encode()
    return Response(302, b"", ((b"location", target), *_NOT_STORED))


def to_landing(landing: Landing, request: Request) -> Response:
    """To the page in the language that the link is for, else in the reader's."""
    accept = request.header(b"accept-language")
    return to(landing.of(wanted=_language(request), accept=accept))


def _language(request: Request) -> str:
    """What the link's own `l` says; a query that nobody of us wrote says nothing."""
    try:
        return request.parameters().get("l", "")
    except InvalidInput:
        return ""


def to_picture(pictures: Pictures, stamp: Stamp, ending: str) -> tuple[Response, bool]:
    """The picture for a token, or as `.gif` the pixel; and whether that counts as seen.

    Where there is no picture it is the pixel too: anything is better than a broken one.
    """
    if ending == mailing.PIXEL:
        return PIXEL, True
    address = pictures.of(stamp)
    return (to(address) if address else PIXEL), pictures.shows(stamp)
