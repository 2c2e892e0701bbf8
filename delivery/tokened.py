"""Events that a token speaks for: what pages report all the time.

`token_of`, `apart_of` and `happened` are what the steps of the intake do with one. `short_way`
comes to the same record as the steps, only sooner.
"""

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias

import msgspec

from delivery import identity, traffic
from delivery.draft import Incoming, Refused, Sender
from delivery.moment import Tools
from delivery.record import Record
from delivery.token import TEST, UNPERSONALISED, Token, TokenExpired, TokenInvalid

TOKENED: Final = frozenset({"impression", "viewable", "click", "hide"})
TESTED: Final = "test"
"""The mark of what a forced variant was shown, clicked or seen for."""

BROWSER_PAST: Final = dt.timedelta(hours=72)
"""How late a browser's event may be; an older time is moved to here."""
SERVER_PAST: Final = dt.timedelta(days=400)
"""How far back a server may date an event: a year, and the same season of the year before."""

_NO_TIME: Final = dt.timedelta(0)
_DIGESTS: Final = {kind: identity.digest(kind) for kind in TOKENED}
_NOTHING: Final = (None, None, None, None, msgspec.Raw())


def token_of(text: str, sender: Sender, tools: Tools) -> Token:
    """The decision that a token proves; raises Refused."""
    try:
        token = tools.signer.read(text, now_ms=sender.now_ms)
    except TokenExpired:
        raise Refused("token_expired", "token") from None
    except TokenInvalid:
        raise Refused("token_invalid", "token") from None
    if token.stamp.site_id != sender.site.id:
        raise Refused("token_foreign", "token")
    return token


def apart_of(sender: Sender) -> str:
    """The mark under which events of this sender are facts of their own, or nothing."""
    return sender.mark if sender.mark in traffic.APART else ""


def happened(said: dt.datetime | None, sender: Sender) -> dt.datetime:
    """When it happened: never after it was received, nor longer ago than its sender may say.

    Raises:
        Refused: A time without zone, or one that a server could not mean.
    """
    received = sender.received_at
    if said is None:
        return received
    if said.tzinfo is None:
        raise Refused("bad_time", "occurred_at")
    # Subtracting aware times cannot overflow, whatever year and zone were sent.
    ago = (sender.sent_at or received) - said
    if ago <= _NO_TIME:
        return received
    past = SERVER_PAST if sender.secret else BROWSER_PAST
    if ago <= past:
        return received - ago
    if sender.secret:
        # Moving a server's past into another day would falsify what it imports.
        raise Refused("time_out_of_range", "occurred_at", days=SERVER_PAST.days)
    return received - past


@lru_cache(maxsize=1024)
def _around(site_id: int, apart: str) -> dict[str, tuple[bytes, bytes]]:
    return {kind: identity.around_decision(site_id, kind, apart=apart) for kind in TOKENED}


Short: TypeAlias = Callable[[Incoming], Record | None]


def short_way(sender: Sender, tools: Tools) -> Short:
    """What makes a record at once of an event that says nothing but kind, token and time.

    It gives None of any other event and of what is not in order: the steps say what is wrong with
    it. Written in one piece because it is most of what a request with events costs.
    """
    opened, site_id, received_at = tools.signer.opened, sender.site.id, sender.received_at
    now_ms, personal, measured = sender.now_ms, sender.personal, sender.measured
    secret, device, locale = sender.secret, sender.device, sender.locale
    around = _around(site_id, apart_of(sender))
    of_decision = identity.of_decision

    def short(sent: Incoming) -> Record | None:
        kind = sent.type
        besides = (sent.consent, sent.amount, sent.currency, sent.order_id, sent.properties)
        if kind not in TOKENED or besides != _NOTHING or not measured:
            return None
        token = opened(sent.token or "")
        if token is None or token.stamp.site_id != site_id or not token.lives(now_ms):
            return None
        try:
            at = happened(sent.occurred_at, sender)
        except Refused:
            return None
        stamp, mark = token.stamp, ""
        if not secret:
            act = traffic.Act(kind, token.unit, at, token.at_ms)
            mark = traffic.judge(act, sender, tools.watch)
        flags = stamp.flags if personal else stamp.flags | UNPERSONALISED
        shown = stamp.experiment_id > 0
        before, behind = around[kind]
        return Record(
            identity.day_of_ms(token.at_ms),
            of_decision(before + token.decision + behind),
            _DIGESTS[kind],
            site_id,
            kind,
            token.unit,
            at,
            received_at,
            stamp.experiment_id if shown else None,
            stamp.phase if shown else None,
            stamp.variant_id if shown else None,
            stamp.placement_id,
            stamp.creative_version_id,
            stamp.policy_version if shown else None,
            stamp.propensity if shown else None,
            flags,
            token.decision,
            mark=TESTED if flags & TEST else mark,
            device=device,
            locale=locale,
        )

    return short
