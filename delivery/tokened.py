"""Events that a token speaks for: what pages report all the time.

`token_of`, `name_of` and `happened` are what the steps of the intake do with one. `record` is the
short way for an event that says nothing but kind, token and time; the steps would come to the same
record, only later.
"""

import datetime as dt
from typing import Final

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
_NOTHING_SAID: Final = (None, None, None, None, msgspec.Raw())


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


def name_of(token: Token, kind: str, sender: Sender) -> bytes:
    """The id of an event of this kind."""
    apart = sender.mark if sender.mark in traffic.APART else ""
    return identity.of_token(token.stamp.site_id, token.decision, kind, apart=apart)


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
    past = SERVER_PAST if sender.secret else BROWSER_PAST
    # Subtracting aware times cannot overflow, whatever year and zone were sent.
    ago = max((sender.sent_at or received) - said, _NO_TIME)
    if ago > past and sender.secret:
        # Moving a server's past into another day would falsify what it imports.
        raise Refused("time_out_of_range", "occurred_at", days=SERVER_PAST.days)
    return received - min(ago, past)


def record(sent: Incoming, sender: Sender, tools: Tools) -> Record | None:
    """The record of an event that says nothing but kind, token and time; None of any other.

    Written in one piece: half of what a request with events costs is this.

    Raises:
        Refused: For what the steps would refuse it for.
    """
    kind, text = sent.type, sent.token
    said = (sent.consent, sent.amount, sent.currency, sent.order_id, sent.properties)
    if kind not in TOKENED or not text or said != _NOTHING_SAID or not sender.measured:
        return None
    token = token_of(text, sender, tools)
    stamp, at = token.stamp, happened(sent.occurred_at, sender)
    mark = ""
    if not sender.secret:
        act = traffic.Act(kind, token.unit, at, token.at_ms)
        mark = traffic.judge(act, sender, tools.watch)
    flags = stamp.flags if sender.personal else stamp.flags | UNPERSONALISED
    shown = stamp.experiment_id > 0
    return Record(
        identity.day_of_ms(token.at_ms),
        name_of(token, kind, sender),
        _DIGESTS[kind],
        stamp.site_id,
        kind,
        token.unit,
        at,
        sender.received_at,
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
        device=sender.device,
        locale=sender.locale,
    )
