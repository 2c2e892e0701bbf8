"""The files themselves, for pages of the control plane; shops get them from the data plane."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from creatives import media
from delivery import ranges

PARTIAL, UNSATISFIABLE = 206, 416
# A file opened by itself is a document: it may do nothing at all.
HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    # Previews are sandboxed: to them every origin is another.
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Disposition": "inline",
    "Accept-Ranges": "bytes",
}


@require_safe
def media_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file by the hash of its content; whoever knows the name has seen the banner."""
    path = media.path_of(name)
    if path is None:
        raise Http404
    response = _part(request, path) or FileResponse(path.open("rb"))
    kind = {"Content-Type": media.MIME_TYPES[path.suffix.removeprefix(".")]}
    for header, value in (kind | HARMLESS | _age(response)).items():
        response.headers[header] = value
    return response


def _age(response: HttpResponseBase) -> dict[str, str]:
    return {} if response.status_code == UNSATISFIABLE else FOREVER


def _part(request: HttpRequest, path: Path) -> HttpResponse | None:
    """Only the part that was asked for; None for the whole file."""
    wanted = request.headers.get("Range", "")
    if not wanted or request.method != "GET" or "If-Range" in request.headers:
        return None  # without an ETag nobody has a part of this file yet
    try:
        part = ranges.asked(wanted, path.stat().st_size)
    except ranges.Unsatisfiable as error:
        told = {"Content-Range": error.content_range}
        return HttpResponse(status=UNSATISFIABLE, headers=told)
    if part is None:
        return None
    told = {"Content-Range": part.content_range}
    return HttpResponse(ranges.read(path, part), status=PARTIAL, headers=told)
