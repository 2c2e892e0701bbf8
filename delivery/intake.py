"""From what somebody sent to a record, or to a refusal with a name.

`STEPS` is the whole of it, in order. A step looks at the draft, fills in what it is responsible
for, or raises `Refused`; the first refusal ends it. Nothing here touches a database.
"""

import re
from collections.abc import Callable
from typing import Final, NoReturn, TypeAlias

import msgspec
from msgspec.structs import replace

from delivery import identity, recomputing, traffic
from delivery.consent import Consent, may_measure, may_personalise
from delivery.contents import MOST_AMOUNT, checked_id, money, order, properties
from delivery.draft import NO_CONSENT, Draft, Incoming, Refused, Sender
from delivery.moment import Tools
from delivery.reading import blame
from delivery.sink import Record
from delivery.token import TEST, UNPERSONALISED, Stamp
from delivery.tokened import TESTED, TOKENED, apart_of, happened, token_of

NAMED: Final = frozenset(
    {
        *("add_to_cart", "purchase", "refund", "page_view", "product_view", "search"),
        *("alias", "consent"),
    }
)
OWN: Final = "custom:"
CUSTOM: Final = re.compile(r"custom:[a-z0-9][a-z0-9_-]{0,63}")

_REASON_OF_FIELD = {
    "occurred_at": "bad_time",
    "amount": "bad_amount",
    "currency": "bad_currency",
    "id": "bad_id",
}

Step: TypeAlias = Callable[[Draft], None]


def record(
    raw: msgspec.Raw | bytes, sender: Sender, tools: Tools, *, sent: Incoming | None = None
) -> Record:
    """Make a record of one event, which may have been read already (`sent`); raises Refused."""
    draft = Draft(sent or _sent(raw, sender), sender, tools, raw=raw)
    for step in STEPS:
        step(draft)
    return _finish(draft)


def refuse(raw: msgspec.Raw, why: Refused, sender: Sender, tools: Tools) -> NoReturn:
    """Raises `why` an event is not stored, or that its visitor may not be counted at all."""
    measured(Draft(_sent(raw, sender), sender, tools))
    raise why


def _sent(raw: msgspec.Raw | bytes, sender: Sender) -> Incoming:
    try:
        return _read(raw)
    except Refused:
        if sender.measured:
            raise
        # Of somebody who may not be counted nothing is looked at, and nothing kept to be looked at.
        raise Refused(NO_CONSENT) from None


_decoder = msgspec.json.Decoder(Incoming)


def _read(raw: msgspec.Raw | bytes) -> Incoming:
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as error:
        name, why = blame(error)
        if not name:
            raise Refused("not_an_object") from None
        reason = _REASON_OF_FIELD.get(name, "bad_field")
        raise Refused(reason, name, **_values(reason, name, why)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("unreadable") from None


def _values(reason: str, name: str, why: object) -> dict[str, object]:
    values: dict[str, dict[str, object]] = {
        "bad_field": {"field": name, "why": why},
        "bad_id": {"field": name},
        "bad_amount": {"least": 0, "most": MOST_AMOUNT},
        "bad_currency": {"example": "CNY"},
    }
    return values.get(reason, {})


def kind(draft: Draft) -> None:
    """Which of the known types it is."""
    text = draft.sent.type
    if not text:
        raise Refused("missing_type", "type")
    if text not in TOKENED and text not in NAMED and not CUSTOM.fullmatch(text):
        raise Refused("unknown_type", "type", type=text[:100])
    draft.kind = text


def measured(draft: Draft) -> None:
    """Whether the visitor may be counted at all; only their choice itself is always taken."""
    sent = draft.sent
    if sent.type != "consent" and not (draft.sender.measured and may_measure(sent.consent)):
        raise Refused(NO_CONSENT, "consent")


def decision(draft: Draft) -> None:
    """What a token proves: who saw what, where, in which experiment. Its sender need not say it.

    What a shop calls its own may name one, if it happened in a banner: a like, a moved picture.
    """
    may = bool(draft.sent.token) and draft.kind.startswith(OWN)
    if draft.stamp is not None or not (may or draft.kind in TOKENED):
        return
    if not draft.sent.token:
        raise Refused("token_missing", "token", type=draft.kind)
    token = token_of(draft.sent.token, draft.sender, draft.tools)
    draft.stamp, draft.unit, draft.decision = token.stamp, token.unit, token.decision
    draft.decided_ms = token.at_ms
    if may and draft.sent.id:
        _named(draft, checked_id(draft.sent.id, "id") or "")
        return
    draft.id = identity.of_token(
        token.stamp.site_id, token.decision, draft.kind, apart=apart_of(draft.sender)
    )
    draft.day = identity.day_of_ms(token.at_ms)


def names(draft: Draft) -> None:
    """Who did it and what the sender calls it, where no token says so."""
    if draft.stamp is not None:
        return
    sent, site = draft.sent, draft.sender.site.id
    user = checked_id(sent.user_id, "user_id") or _missing("missing_user_id", "user_id", draft)
    draft.unit = draft.tools.pseudonyms.of(site, user)
    if draft.kind == "alias":
        _alias(draft)
    _named(draft, checked_id(sent.id, "id") or draft.name or _missing("missing_id", "id", draft))


def _named(draft: Draft, text: str) -> None:
    """What the sender calls it: it may happen more than once."""
    draft.id = identity.of_id(draft.sender.site.id, text)
    try:
        draft.day = identity.day_of_id(text, now_ms=draft.sender.now_ms)
    except identity.IdTimeOutOfRange:
        raise Refused("id_time_out_of_range", "id") from None


def _alias(draft: Draft) -> None:
    previous = checked_id(draft.sent.previous_id, "previous_id")
    if not previous:
        _missing("missing_previous_id", "previous_id", draft)
    name = draft.tools.pseudonyms.of(draft.sender.site.id, str(previous))
    # Two names of one person: saying it again says nothing new.
    draft.name = f"alias:{name.hex()}:{draft.unit.hex()}"
    draft.properties = f'{{"previous":"{name.hex()}"}}'


def _missing(reason: str, name: str, draft: Draft) -> str:
    raise Refused(reason, name, type=draft.kind)


def time(draft: Draft) -> None:
    """When it happened, as far as its sender may say."""
    draft.occurred_at = happened(draft.sent.occurred_at, draft.sender)


def consent(draft: Draft) -> None:
    """Whether it may go into a profile: the token, the sender and the event must all allow it."""
    agreed = draft.sender.personal and may_personalise(draft.sent.consent)
    if draft.kind == "consent":
        agreed = agreed and may_personalise(_agreed(draft))
    draft.flags = draft.stamp.flags if draft.stamp else 0
    if not agreed:
        draft.flags |= UNPERSONALISED


def _agreed(draft: Draft) -> Consent:
    """What a visitor has just chosen."""
    try:
        return _chosen.decode(draft.properties or "{}")
    except msgspec.ValidationError:
        raise Refused("bad_properties", "properties") from None


_chosen = msgspec.json.Decoder(Consent)

STEPS: tuple[Step, ...] = (
    *(measured, kind, recomputing.decision, decision, names, time, money, order, properties),
    *(consent, traffic.judged),
)


def _finish(draft: Draft) -> Record:
    sent, sender, stamp = draft.sent, draft.sender, draft.stamp
    assert draft.occurred_at is not None  # noqa: S101 - the step `time` sets it
    record = Record(
        day=draft.day,
        id=draft.id,
        digest=_digest(draft),
        site_id=sender.site.id,
        kind=draft.kind,
        unit=draft.unit,
        occurred_at=draft.occurred_at,
        received_at=sender.received_at,
        decision=draft.decision,
        amount=sent.amount,
        currency=sent.currency or "",
        order_id=sent.order_id or "",
        # A test counts nowhere, not even beside the rest as what is suspicious does.
        mark=TESTED if draft.flags & TEST else draft.mark,
        properties=draft.properties,
        flags=draft.flags,
        # A browser's own header is believed first; what its visitor reads only the page knows.
        device=sender.device or draft.device,
        locale=draft.locale or sender.locale,
    )
    return record if stamp is None else stamped(record, stamp)


def stamped(record: Record, stamp: Stamp) -> Record:
    """What the token says of the decision; 0 in it stands for none."""
    shown = stamp.experiment_id > 0
    return replace(
        record,
        experiment_id=stamp.experiment_id if shown else None,
        phase=stamp.phase if shown else None,
        variant_id=stamp.variant_id if shown else None,
        policy_version=stamp.policy_version if shown else None,
        propensity=stamp.propensity if shown else None,
        placement_id=stamp.placement_id,
        creative_version_id=stamp.creative_version_id,
    )


def _digest(draft: Draft) -> int:
    """What makes two events with one id the same: of a tokened one the token has said it all."""
    if draft.decision is not None and not (draft.sent.id and draft.kind.startswith(OWN)):
        return identity.digest(draft.kind)
    sent = draft.sent
    return identity.digest(
        draft.kind,
        draft.unit.hex(),
        sent.occurred_at,
        sent.amount,
        sent.currency,
        sent.order_id,
        draft.properties,
        *_where(draft.stamp),
    )


def _where(stamp: Stamp | None) -> tuple[int, ...]:
    """Of an impression without a token: whoever names it again names the same decision."""
    return (stamp.experiment_id, stamp.variant_id) if stamp else ()
