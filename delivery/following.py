"""The doors behind links: a click on its way to the landing page, a picture or a pixel."""

import msgspec

from delivery import intake, leading, mailing, refusing, traffic
from delivery.callers import Caller
from delivery.collecting import need, sender_of
from delivery.draft import Refused
from delivery.messages import message
from delivery.moment import Moment
from delivery.token import Token, TokenInvalid
from delivery.wire import Request, Response, Result, Write
from engine.errors import NotFound

_encode = msgspec.json.Encoder().encode


def click(request: Request, moment: Moment, text: str) -> Result:
    """`GET /c/<token>`: to the landing page of what was clicked, counted once."""
    token = _genuine(moment, text)
    landing = need(moment.live).landings.of(token.stamp)
    if landing is None:
        raise NotFound(message("nothing_here"))
    there = leading.to_landing(landing, request)
    return _count(_Shown("click", text, token, there), request, moment)


def seen(request: Request, moment: Moment, text: str) -> Result:
    """`GET /i/<token>.<ending>`: an impression where no script runs, such as an e-mail.

    As `.gif` it is a pixel; with another ending it leads to the picture that was decided on.
    """
    name, _, ending = text.rpartition(".")
    if ending not in mailing.ENDINGS:
        raise NotFound(message("nothing_here"))
    token = _genuine(moment, name)
    pictures = moment.live.pictures if moment.live else mailing.NO_PICTURES
    answer, counts = leading.to_picture(pictures, token.stamp, ending)
    return _count(_Shown("impression", name, token, answer), request, moment) if counts else answer


def _genuine(moment: Moment, text: str) -> Token:
    try:
        return moment.tools.signer.genuine(text)
    except TokenInvalid:
        raise NotFound(message("token_invalid"), field="token") from None


class _Shown(msgspec.Struct, frozen=True):
    """What a shopper gets, whatever can be counted of it."""

    kind: str
    text: str
    token: Token
    answer: Response


def _count(shown: _Shown, request: Request, moment: Moment) -> Result:
    """Count, unless that is impossible: whoever clicked an old link still gets there.

    Who only asks where it leads (HEAD, as previews of links do) is noted beside, never counted.
    """
    site = moment.live.sites.get(shown.token.stamp.site_id) if moment.live else None
    if site is None:
        return shown.answer
    if shown.kind == "impression":
        # A provider's picture servers ask for thousands of recipients: they are no crowd.
        request = msgspec.structs.replace(request, address="")
    sender = sender_of(Caller(site, secret=False), request, moment)
    if sender.mark == traffic.BOT and mailing.is_reader(shown.token.stamp, request.headers):
        sender = msgspec.structs.replace(sender, mark="")
    raw = _encode({"type": shown.kind, "token": shown.text})
    try:
        record = intake.record(raw, sender, moment.tools)
    except Refused as why:
        refusals = [refusing.refusal(raw, why, sender, moment.tools)]
        return Write([], lambda _outcomes: shown.answer, shown.answer, refusals)
    beside = traffic.notes(moment.tools.watch, sender.received_at)
    return Write([record, *beside], lambda _outcomes: shown.answer, anyway=shown.answer)
