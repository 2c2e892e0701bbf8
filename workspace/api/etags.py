"""The state of a thing as a tag: whoever changes it may say which state was read."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from engine.errors import Outdated

NOT_MODIFIED = 304


def tag_of(data: Any) -> str:  # noqa: ANN401 - whatever a serializer made
    """The tag of what an answer says."""
    text = json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'


def answer(
    request: Request,
    data: Any,  # noqa: ANN401
    status: int = 200,
    *,
    state: Any = None,  # noqa: ANN401
) -> Response:
    """Data with its tag; nothing but the tag for whoever has it already.

    `state` is what the tag stands for where the data also holds what nobody has changed, such as a
    verdict; whoever reads that is always answered in full.
    """
    if state is not None:
        return Response(data, status=status, headers={"ETag": tag_of(state)})
    tag = tag_of(data)
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if request.method in {"GET", "HEAD"} and (tag in known or "*" in known):
        return Response(status=NOT_MODIFIED, headers={"ETag": tag})
    return Response(data, status=status, headers={"ETag": tag})


def check(request: Request, data: Any) -> None:  # noqa: ANN401
    """Raises Outdated when the request says it read another state (`If-Match`)."""
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if wanted and "*" not in wanted and tag_of(data) not in wanted:
        raise Outdated(
            _("Somebody has changed this since you read it."),
            hint=_("Read it again, then send the change with the new ETag."),
        )
