"""What a visitor has agreed to, as a request says it."""

import msgspec

from delivery.wire import Request


class Consent(msgspec.Struct, frozen=True):
    """Per purpose. Left out: the shop vouches for it."""

    measurement: bool | None = None
    personalisation: bool | None = None


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
