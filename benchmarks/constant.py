"""The most that the same server can do: it answers everything with one answer, made beforehand."""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

Receive: TypeAlias = Callable[[], Awaitable[dict[str, Any]]]
Send: TypeAlias = Callable[[dict[str, Any]], Awaitable[None]]

_ANSWER = json.loads(os.environ.get("CONSTANT", '{"headers": [], "body": ""}'))
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(name.encode(), text.encode()) for name, text in _ANSWER["headers"]],
}
BODY = {"type": "http.response.body", "body": _ANSWER["body"].encode()}


async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Plain ASGI."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["method"] == "POST":
        while (await receive()).get("more_body"):
            pass
    await send(START)
    await send(BODY)
