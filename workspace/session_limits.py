"""A session ends three days after the last page, and two weeks after the log-in in any case."""

import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

BEGAN, SEEN = "session_began", "session_seen"
STEP: Final = 300
"""Seconds. How exact the last page is known: a write for every page would be dear."""


@receiver(user_logged_in)
def _begin(request: HttpRequest | None = None, **_more: object) -> None:
    if request is not None and hasattr(request, "session"):
        request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionLimits:
    """The middleware: ends sessions that are over, and notes that the others are used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Looked at before the person, so that pages for anybody touch no session.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            _look(request, now=int(time.time()))
        return self.get_response(request)


def _look(request: HttpRequest, *, now: int) -> None:
    session = request.session
    began, seen = session.setdefault(BEGAN, now), session.setdefault(SEEN, now)
    is_old = now - began > settings.SESSION_COOKIE_AGE
    if is_old or now - seen > settings.SESSION_IDLE_SECONDS:
        logout(request)
    elif now - seen > STEP:
        session[SEEN] = now
