"""What a visitor has agreed to, as a request says it."""

from collections.abc import Mapping
from typing import Final

import msgspec

from delivery.messages import message
from delivery.wire import Request
from engine.errors import InvalidInput

SAID: Final = "consent."
_WORDS: Final[Mapping[str, bool]] = {"true": True, "false": False, "1": True, "0": False}


class Consent(msgspec.Struct, frozen=True):
    """Per purpose. Left out: the shop vouches for it."""

    measurement: bool | None = None
    personalisation: bool | None = None


def said_in(values: Mapping[str, str]) -> Consent:
    """The consent in a query: `consent.measurement=false` is what `consent` is in a body.

    Raises:
        InvalidInput: It is neither true nor false. What is not understood must not become a yes.
    """
    return Consent(_said(values, "measurement"), _said(values, "personalisation"))


def _said(values: Mapping[str, str], purpose: str) -> bool | None:
    text = values.get(SAID + purpose)
    if text is None:
        return None
    if text.lower() not in _WORDS:
        why = message("expected", expected="true, false", got=text[:100])
        raise InvalidInput(
            message("does_not_fit", field=SAID + purpose, why=why), field=SAID + purpose
        )
    return _WORDS[text.lower()]


def may_measure(consent: Consent | None) -> bool:
    """Whether the visitor may be counted under an id."""
    return consent is None or consent.measurement is not False


def may_personalise(consent: Consent | None) -> bool:
    """Whether what the visitor does may be remembered and used; never without being counted."""
    return may_measure(consent) and (consent is None or consent.personalisation is not False)


def refuses_profiles(request: Request) -> bool:
    """Whether the browser says so for its owner: Global Privacy Control, or Do Not Track.

    It is honoured whatever else the request says; servers (which send neither) pass consent on.
    """
    return b"1" in (request.headers.get(b"sec-gpc"), request.headers.get(b"dnt"))
