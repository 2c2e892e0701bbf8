"""What each identity finds at each door: one word for each cell of the matrix."""

import copy
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.test import Client

from experiments.moves import ACTIONS
from tests.matrix.routes import Route
from tests.matrix.seeded import IDENTITIES, World

FILE: Final = Path(__file__).with_name("matrix.tsv")
OPEN: Final = {400, 409, 412, 415, 422, 428}
"""Whoever hears what is wrong with a request has been let in."""
SAID: Final = "-"
PART: Final = re.compile(r"<(?:(\w+):)?(\w+)>")
NONE: Final = {"str": "none", "path": "none", "slug": "none", "int": "1", "re": "none"}


def addresses(route: Route, world: World) -> Iterator[tuple[str, str]]:
    """The pattern as the file has it and an address that exists; actions one by one."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<re:\1>", route.pattern).replace("^", "").rstrip("$")
    if "<action:action>" in plain:
        for action in ACTIONS:
            yield from _filled(plain.replace("<action:action>", action), world)
        return
    yield from _filled(plain, world)


def _filled(pattern: str, world: World) -> Iterator[tuple[str, str]]:
    address, before = "", ""
    for part in pattern.split("/"):
        filled = PART.sub(lambda found, b=before: _value(found, b, world), part)
        address += f"/{filled}"
        before = part if not PART.fullmatch(part) else before
    yield pattern, address


def _value(found: "re.Match[str]", before: str, world: World) -> str:
    converter, name = found[1] or "str", found[2]
    values = world.values
    return str(values.get(f"{before}/{name}", values.get(name, NONE[converter])))


def observe(client: Client, method: str, address: str) -> str:
    """`ok`, `login`, or the status of a refusal; whatever it changed is undone."""
    more: dict[str, Any] = {} if method == "GET" or not address.startswith("/api/") else JSON
    cookies = copy.deepcopy(client.cookies)  # one of the doors is the way out
    with transaction.atomic():
        answer = client.generic(method, address, **more)
        transaction.set_rollback(True)
    client.cookies = cookies
    return _word(answer)


JSON: Final = {"data": "{}", "content_type": "application/json"}


def _word(answer: Any) -> str:
    status = answer.status_code
    if status in {301, 302} and re.match(r"/(admin/)?login/", answer.url):
        return "login"
    if status < 400 or status in OPEN:
        return "ok"
    return str(status)


def row(
    route_pattern: str,
    method: str,
    address: str,
    world: World,
    *,
    who: Collection[str] = IDENTITIES,
) -> tuple[str, ...]:
    """One line of the file; a cell is empty where nobody of `who` stands."""
    cells = (
        observe(world.clients[one], method, address) if one in who else "" for one in IDENTITIES
    )
    return (route_pattern, method, *cells)
