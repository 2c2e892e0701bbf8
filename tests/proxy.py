"""A door in front of a server that can be shut or turned into a black hole, to play an outage."""

import contextlib
import select
import socket
import threading
from dataclasses import dataclass, field


@dataclass(slots=True)
class Proxy:
    """Carries bytes to `target`; `shut` cuts everything, `swallow` lets it hang."""

    target: tuple[str, int]
    port: int = 0
    swallowing: bool = False
    _listener: socket.socket | None = None
    _pairs: list[socket.socket] = field(default_factory=list)

    def open(self) -> "Proxy":
        self.swallowing = False
        listener = socket.create_server(("127.0.0.1", self.port))
        self._listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def shut(self) -> None:
        """As when the server has stopped: connections break, new ones are refused."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        pairs, self._pairs = self._pairs, []
        for end in pairs:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def swallow(self) -> None:
        """As when the network has gone: connections stay and nothing ever comes back."""
        self.swallowing = True

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._pairs.append(client)
        with client, contextlib.suppress(OSError):
            if self.swallowing:
                _swallow(client)
                return
            with socket.create_connection(self.target) as server:
                self._pairs.append(server)
                self._between(client, server)

    def _between(self, client: socket.socket, server: socket.socket) -> None:
        other = {client.fileno(): (client, server), server.fileno(): (server, client)}
        # Not `select`, which knows a thousand sockets and no more.
        waiting = select.poll()
        for number in other:
            waiting.register(number, select.POLLIN)
        while True:
            for number, _ in waiting.poll(200):
                if self.swallowing:
                    threading.Event().wait(0.05)
                    continue
                end, opposite = other[number]
                if not (part := end.recv(65536)):
                    return
                opposite.sendall(part)


def _swallow(client: socket.socket) -> None:
    """Whoever calls into the black hole reaches nobody, and is forgotten when he hangs up."""
    while client.recv(65536):
        pass
