"""The pictures themselves, for pages of the control plane; shops get them from the data plane."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from creatives import media

FOREVER = "public, max-age=31536000, immutable"
# A picture opened by itself is a document: it may do nothing at all.
POLICY = "default-src 'none'; sandbox"


@require_safe
def media_file(_request: HttpRequest, name: str) -> FileResponse:
    """A file by the hash of its content; whoever knows the name has seen the banner."""
    path = media.path_of(name)
    if path is None:
        raise Http404
    content_type = media.MIME_TYPES[path.suffix.removeprefix(".")]
    return FileResponse(
        path.open("rb"),
        content_type=content_type,
        headers={
            "Cache-Control": FOREVER,
            "Content-Security-Policy": POLICY,
            "Content-Disposition": "inline",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )
