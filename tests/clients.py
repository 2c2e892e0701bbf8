"""What a shop has besides us: a page with vendored modules, and a server that says it wrongly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).resolve().parent / "vendor"
MODULES = {
    "@openfeature/core": "/openfeature-core-1.12.0/index.js",
    "@openfeature/web-sdk": "/openfeature-web-sdk-1.10.0/index.js",
    "@openfeature/ofrep-core": "/openfeature-ofrep-core-2.3.0/index.esm.js",
    "@openfeature/ofrep-web-provider": "/openfeature-ofrep-web-provider-0.4.3/index.esm.js",
    "@growthbook/growthbook": "/growthbook-1.8.0/esm.js",
}
PAGE = (
    "<!doctype html><title>shop</title>"
    f'<script type="importmap">{json.dumps({"imports": MODULES})}</script>'
)
Change = Callable[[dict[str, Any]], dict[str, Any]]


@contextmanager
def serving(server: ThreadingHTTPServer) -> Iterator[str]:
    """Its origin, while it serves."""
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def shop_page() -> ThreadingHTTPServer:
    """A page of a shop that imports the vendored modules by their names."""
    return ThreadingHTTPServer(("127.0.0.1", 0), partial(_Modules, directory=str(VENDOR)))


class _Modules(SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, *_):
        pass


class Saying(ThreadingHTTPServer):
    """Answers as the data plane on `port` does, but for what `change` makes of good answers."""

    def __init__(self, port: int, change: Change) -> None:
        super().__init__(("127.0.0.1", 0), _Otherwise)
        self.port, self.change = port, change


class _Otherwise(BaseHTTPRequestHandler):
    server: Saying

    def do_POST(self):
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        ours = HTTPConnection("127.0.0.1", self.server.port, timeout=15)
        kept = {name: text for name, text in self.headers.items() if name.lower() != "host"}
        ours.request(self.command, self.path, sent or None, kept)
        answer = ours.getresponse()
        body = answer.read()
        if answer.status == 200 and body:
            body = json.dumps(self.server.change(json.loads(body))).encode()
        self.send_response(answer.status)
        for name, text in answer.getheaders():
            if name.lower() not in {"content-length", "date", "server", "transfer-encoding"}:
                self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        ours.close()

    def do_OPTIONS(self):
        self.do_POST()

    def log_message(self, *_):
        pass
