"""What somebody sends after the session has ended is kept until the log-in, and can be sent again.

It lies in the new session of the same browser, for an hour: no passwords, no files. It has passed
the check against forgery before, and is sent again by a press on a button that passes it once more.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

KEY: Final = "kept_post"
MOST_CHARACTERS: Final = 200_000
WINDOW: Final = dt.timedelta(hours=1)
SECRET: Final = re.compile(r"csrf|passw|secret|token|otp", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeptPost:
    """What was sent, and where to."""

    path: str
    fields: tuple[tuple[str, str], ...]
    had_files: bool

    @property
    def readable(self) -> list[tuple[str, str]]:
        """What somebody typed, without what only the page needs."""
        return [(name, value) for name, value in self.fields if value and "_FORMS" not in name]


def keep(request: HttpRequest, *, now: dt.datetime) -> str:
    """Where to go after the log-in: to what was kept, or to the page when it is too much."""
    fields = [
        (name, value)
        for name in request.POST
        if not SECRET.search(name)
        for value in request.POST.getlist(name)
        if isinstance(value, str)
    ]
    if sum(len(name) + len(value) for name, value in fields) > MOST_CHARACTERS:
        return request.get_full_path()
    request.session[KEY] = {
        "path": request.get_full_path(),
        "fields": fields,
        "had_files": bool(request.FILES),
        "at": now.isoformat(),
    }
    return reverse("kept")


def find(request: HttpRequest, *, now: dt.datetime) -> KeptPost | None:
    """What was kept less than an hour ago; older things are forgotten."""
    stored: dict[str, Any] | None = request.session.get(KEY)
    if stored is None:
        return None
    if now - dt.datetime.fromisoformat(stored["at"]) > WINDOW:
        forget(request)
        return None
    fields = tuple((name, value) for name, value in stored["fields"])
    return KeptPost(stored["path"], fields, stored["had_files"])


def forget(request: HttpRequest) -> None:
    """Nothing is kept any more."""
    request.session.pop(KEY, None)
