"""The doors to what lies on disk: pictures, films and style sheets that never change; the tag."""

import gzip
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from delivery import ranges
from delivery.messages import message
from delivery.moment import Moment
from delivery.problems import OutOfRange
from delivery.wire import Headers, Request, Response
from engine.errors import NotFound

_MEDIA = re.compile(r"(?P<hash>[0-9a-f]{64})\.(?P<ending>[a-z0-9]{3,4})")
_TAG = re.compile(r"banner-lab[a-z0-9.-]{0,40}\.(?P<ending>js)")

TYPES: Final = {
    "avif": b"image/avif",
    "webp": b"image/webp",
    "png": b"image/png",
    "jpg": b"image/jpeg",
    "jpeg": b"image/jpeg",
    "gif": b"image/gif",
    "mp4": b"video/mp4",
    "webm": b"video/webm",
    "css": b"text/css; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
}
# Any page may show a banner and load the tag; neither knows who asks.
_OPEN: Headers = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
)
_FOREVER: Headers = ((b"cache-control", b"public, max-age=31536000, immutable"),)
_PARTS: Headers = ((b"accept-ranges", b"bytes"),)
# A shop that updates must not wait for a day, and must not ask for every page either.
_FIVE_MINUTES: Headers = ((b"cache-control", b"public, max-age=300"),)


def media(request: Request, moment: Moment, name: str) -> Response:
    """`GET /media/<hash>.<ext>`: the name is the content's hash, so it can be kept for ever."""
    found = _MEDIA.fullmatch(name)
    if found is None or found["ending"] not in TYPES:
        raise NotFound(message("nothing_here"))
    etag = b'"' + found["hash"].encode() + b'"'
    headers = (*_OPEN, *_FOREVER, *_PARTS, (b"etag", etag))
    if etag in request.headers.get(b"if-none-match", b""):
        return Response(304, b"", headers)
    path = moment.tools.media_root / name
    if not path.is_file():
        raise NotFound(message("nothing_here"))
    headers = (*headers, (b"content-type", TYPES[found["ending"]]))
    return _part(request, path, headers, etag) or Response(200, b"", headers, file=path)


def _part(request: Request, path: Path, headers: Headers, etag: bytes) -> Response | None:
    """Only the part that was asked for; None for the whole file."""
    wanted = request.header(b"range")
    if not wanted or request.method != "GET" or request.headers.get(b"if-range", etag) != etag:
        return None
    try:
        part = ranges.asked(wanted, path.stat().st_size)
    except ranges.Unsatisfiable as error:
        raise OutOfRange(error.content_range, _OPEN) from None
    if part is None:
        return None
    headers = (*headers, (b"content-range", part.content_range.encode()))
    return Response(206, b"", headers, file=path, part=part)


def tag(request: Request, moment: Moment, name: str) -> Response:
    """`GET /tag/banner-lab.js`: what a storefront embeds."""
    found = _TAG.fullmatch(name)
    path = moment.tools.tag_root / name
    if found is None or not path.is_file():
        raise NotFound(message("nothing_here"))
    about = path.stat()
    etag = b'"%x-%x"' % (about.st_mtime_ns, about.st_size)
    headers = (*_OPEN, *_FIVE_MINUTES, (b"etag", etag), (b"vary", b"Accept-Encoding"))
    if etag in request.headers.get(b"if-none-match", b""):
        return Response(304, b"", headers)
    headers = (*headers, (b"content-type", TYPES["js"]))
    if b"gzip" in request.headers.get(b"accept-encoding", b""):
        return Response(200, _gzip(path, etag), (*headers, (b"content-encoding", b"gzip")))
    return Response(200, b"", headers, file=path)


@lru_cache(maxsize=8)
def _gzip(path: Path, _state: bytes) -> bytes:
    """The file compressed, once for each state it is found in: every page of a shop loads it."""
    return gzip.compress(path.read_bytes(), mtime=0)
