"""Pages, styles, scripts and drawings travel compressed."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXTS: Final = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
"""Nothing else: pictures are small already, and answers to programs keep their exact ETag."""


class Compressed(GZipMiddleware):
    """Django's compression (its random padding hides lengths), for what people's browsers read.

    It stands outside WhiteNoise, whose files are compressed as they go: a browser asks once.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if request.method == "HEAD" or response.status_code != 200 or kind not in TEXTS:  # noqa: PLR2004
            return response
        tag = response.headers.get("ETag")
        compressed = super().process_response(request, response)
        if tag:
            # WhiteNoise knows its file by this one only; a weak one would never be "not modified".
            compressed.headers["ETag"] = tag
        return compressed
