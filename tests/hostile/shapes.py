"""What is not even HTTP, or two requests that pretend to be one: each is written as it stands."""

_EVENT = b'{"type":"page_view","id":"smuggled","user_id":"u"}'
_INNER = b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_EVENT),
    _EVENT,
)
_POST = b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"

SHAPES: tuple[bytes, ...] = (
    b"\x00" * 100,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"SSH-2.0-x\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
    b"GET / HTTP/1.1\r\nA: " + b"b" * 500_000 + b"\r\n\r\n",
    b"GET /" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    _POST + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n{}   " + _INNER,
    _POST + b"Content-Length: -1\r\n\r\n" + _INNER,
    _POST + b"Content-Length: 0x10\r\n\r\n" + _INNER,
    _POST + b"Content-Length: 99999999999999999999\r\n\r\n" + _INNER,
    _POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _INNER,
    _POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + _INNER,
    _POST + b"Transfer-Encoding: \x0bchunked\r\nContent-Length: 0\r\n\r\n" + _INNER,
    _POST + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n" + _INNER,
    _POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + _INNER,
    _POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + _INNER,
    _POST + b"Content-Length: 9999999\r\n\r\n{",
    _POST + b"Content-Length: 10\r\n\r\n{",
    _POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
)
