"""The one client for addresses that people typed: where it goes, and where it never goes."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workspace import addresses, fetching

# Addresses that lead into the house, as people write them to get past a check.
INTO_THE_HOUSE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8000/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    "http://127.127.127.127/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://192.88.99.1/",
    "http://0xa9fea9fe/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
]
UNREADABLE = [
    "",
    "shop.example",
    "//shop.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://shop.example/",
    "dict://shop.example:11211/stat",
    "javascript:alert(1)",
    "http://",
    "http:///path",
    "http://user:secret@shop.example/",
    "http://shop.example@127.0.0.1/",
    "http://shop.example\\@127.0.0.1/",
    "http://shop.example\r\nX-Evil: 1/",
    "http://shop.example/ HTTP/1.1\r\nHost: x",
    "http://shop.example\t.evil/",
    "http://[fe80::1%25lo]/",
    "http://[::1/",
    "http://127.0.0.1:99999/",
    "http://shop.example:22/",
    "http://shop.example:25/",
    "http://shop.example:0/",
    "http://" + "a" * 70 + ".example/",
    "http://shop.example/" + "a" * 2000,
]


@pytest.mark.parametrize("url", INTO_THE_HOUSE)
def test_check__address_inside_the_house__refused(url, settings):
    settings.FETCH_ORIGINS = []
    with pytest.raises((fetching.Refused, fetching.Unreachable)) as problem:
        fetching.check(url)
    # Some spellings are no address for every resolver; none may be taken for one that is open.
    assert isinstance(problem.value, fetching.Refused) or "no server" in str(problem.value)


@pytest.mark.parametrize("url", UNREADABLE)
def test_check__address_that_is_none__refused(url):
    with pytest.raises(fetching.Refused):
        fetching.check(url)


@pytest.mark.parametrize("text", ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "2a00::1"])
def test_is_public__address_of_the_outside_world__yes(text):
    assert addresses.is_public(text)


@pytest.mark.parametrize("text", ["fe80::1%eth0", "not an address", "", "2600::1%1"])
def test_is_public__what_cannot_be_read__no(text):
    assert not addresses.is_public(text)


class _Shop(BaseHTTPRequestHandler):
    """A server with a page, moves to elsewhere, and bad manners."""

    def do_GET(self):
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        if self.path.startswith("/to/"):
            return self._say(302, Location=self.path.removeprefix("/to/"))
        if self.path == "/loop":
            return self._say(302, Location="/loop")
        if self.path == "/drip":
            return self._drip()
        if self.path == "/large":
            return self._say(200, b"x" * 100_000)
        return self._say(200, b"hello")

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        self.server.bodies.append(self.rfile.read(length))
        self.do_GET()

    def _say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, text in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b".")
            self.wfile.flush()
            time.sleep(0.1)

    def log_message(self, *args):
        pass


@contextmanager
def _server() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    server.seen, server.bodies, server.handle_error = [], [], lambda *_args: None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(settings) -> Iterator[ThreadingHTTPServer]:
    with _server() as server:
        settings.FETCH_PRIVATE, settings.FETCH_ORIGINS = False, [server.url]
        yield server


def test_fetch__own_origin__answers_with_body_and_headers(shop):
    answer = fetching.fetch("GET", f"{shop.url}/spring?q=ü")
    assert (answer.status, answer.body, answer.complete) == (200, b"hello", True)
    assert answer.headers["content-length"] == "5"
    assert shop.seen[0][1] == "/spring?q=%C3%BC"
    assert shop.seen[0][2]["Host"] == shop.url.removeprefix("http://")


def test_fetch__posted_body__arrives(shop):
    fetching.fetch("POST", f"{shop.url}/", body=b"{}", headers={"X-Mark": "1"})
    assert shop.bodies == [b"{}"]
    assert shop.seen[0][2]["X-Mark"] == "1"


def test_fetch__other_port_of_the_same_machine__refused(shop, settings):
    settings.FETCH_ORIGINS = []
    with pytest.raises(fetching.Refused):
        fetching.fetch("GET", shop.url)
    assert shop.seen == []
    assert fetching.fetch("GET", shop.url, allow_private=True).status == 200


def test_fetch__move_within_the_origin__followed(shop):
    answer = fetching.fetch("GET", f"{shop.url}/to/{shop.url}/there")
    assert (answer.status, answer.url) == (200, f"{shop.url}/there")


@pytest.mark.parametrize(
    "place",
    ["http://169.254.169.254/latest/", "http://127.0.0.1:1/", "file:///etc/passwd", "//[::1]/"],
)
def test_fetch__move_into_the_house__refused(shop, place):
    with pytest.raises(fetching.Refused):
        fetching.fetch("GET", f"{shop.url}/to/{place}")


def test_fetch__moves_without_end__given_up(shop):
    with pytest.raises(fetching.Unreachable, match="without an end"):
        fetching.fetch("GET", f"{shop.url}/loop")
    assert len(shop.seen) == fetching.MAX_REDIRECTS + 1


def test_fetch__no_redirects_wanted__move_is_the_answer(shop):
    assert fetching.fetch("POST", f"{shop.url}/loop", redirects=0).status == 302


def test_fetch__post_moved_elsewhere__becomes_a_get_without_what_was_sent(shop, settings):
    with _server() as other:
        settings.FETCH_ORIGINS = [shop.url, other.url]
        headers = {"Authorization": "secret"}
        fetching.fetch("POST", f"{shop.url}/to/{other.url}/x", body=b"{}", headers=headers)
        assert [(m, p) for m, p, _h in other.seen] == [("GET", "/x")]
        assert "Authorization" not in other.seen[0][2]
        assert other.bodies == []


def test_fetch__body_over_its_limit__cut_and_said(shop):
    answer = fetching.fetch("GET", f"{shop.url}/large", max_bytes=1000)
    assert (len(answer.body), answer.complete) == (1000, False)


def test_fetch__answer_that_drips__ends_in_time(shop):
    begun = time.monotonic()
    with pytest.raises(fetching.Unreachable, match="in time"):
        fetching.fetch("GET", f"{shop.url}/drip", timeout=0.5)
    assert time.monotonic() - begun < 2


def test_fetch__name_that_moves_between_look_ups__asked_once(shop, settings, monkeypatch):
    """The second look-up of a rebinding name would lead into the house: there is none."""
    settings.FETCH_ORIGINS = []
    asked, real = [], socket.getaddrinfo

    def rebinding(host, *args, **kwargs):
        if host != "rebind.example":
            return real(host, *args, **kwargs)
        asked.append(host)
        address = "192.0.2.1" if len(asked) > 1 else "93.184.216.34"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    reached = []
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(
        socket, "create_connection", lambda where, timeout: reached.append(where) or 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        fetching.fetch("GET", "http://rebind.example/")
    assert (asked, reached) == (["rebind.example"], [("93.184.216.34", 80)])


def test_check__name_with_one_address_in_the_house__refused(monkeypatch):
    def two(*_args, **_kwargs):
        places = ("93.184.216.34", "10.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (place, 80)) for place in places]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    with pytest.raises(fetching.Refused):
        fetching.check("http://both.example/")


def test_check__look_up_that_hangs__ends_in_time(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: time.sleep(1.5) or [])
    begun = time.monotonic()
    with pytest.raises(fetching.Unreachable, match="in time"):
        fetching.check("http://slow.example/", timeout=0.3)
    assert time.monotonic() - begun < 1


def test_fetch__plain_server_asked_for_encryption__said(shop, settings):
    secure = shop.url.replace("http:", "https:")
    settings.FETCH_ORIGINS = [secure]
    with pytest.raises(fetching.Unreachable, match="encryption"):
        fetching.fetch("GET", secure)


def test_fetch__from_https_to_http__refused(shop, settings, monkeypatch):
    """The move itself is what is judged; the first server only seems encrypted here."""
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", lambda _self, plain, **_kwargs: plain)
    secure = shop.url.replace("http:", "https:")
    settings.FETCH_ORIGINS = [shop.url, secure]
    with pytest.raises(fetching.Refused, match="https to http"):
        fetching.fetch("GET", f"{secure}/to/{shop.url}/")
