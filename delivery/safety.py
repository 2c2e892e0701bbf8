"""Headers that stand on every answer of the data plane: whatever it is, a browser only reads it.

A picture, a problem or an answer that is opened as a page runs nothing, is shown in no frame and is
taken for nothing but what it says it is. The referrer is left as browsers send it, because a shop's
own statistics look at it behind a click.
"""

from delivery.wire import Headers

ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
    ),
)
_ENCRYPTED: Headers = ((b"strict-transport-security", b"max-age=31536000"),)


def headers(public_url: str) -> Headers:
    """Those of a server at this address; only what is encrypted may ask to stay encrypted.

    Example:
        >>> len(headers("https://lab.example")) - len(headers("http://lab.example"))
        1
    """
    return ALWAYS + _ENCRYPTED if public_url.startswith("https:") else ALWAYS
