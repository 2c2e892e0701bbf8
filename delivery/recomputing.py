"""Impressions of shops that decide by themselves: they have no token, so we decide once more.

Such a test has a plan that says `local`, and a fixed split depends on the visitor alone; so what a
server reports is believed when we would have decided the same, and refused by name when not. A
browser could name any visitor, so it takes a secret key.
"""

from typing import Any

import msgspec

from delivery import apart, identity
from delivery import decide as deciding
from delivery.answering import Asked, Page, features_of
from delivery.contents import checked_id
from delivery.draft import Draft, Refused
from delivery.index import Live, ReadyExperiment
from delivery.offers import Offer
from delivery.protocols.growthbook import is_local
from delivery.reading import blame
from delivery.token import Stamp
from delivery.visitor import Visitor

KIND = "impression"


class Told(msgspec.Struct, frozen=True):
    """What rules may ask, as the shop's own client was told it."""

    attributes: dict[str, Any] | None = None
    locale: str | None = None
    page: Page | None = None


_told = msgspec.json.Decoder(Told)


def decision(draft: Draft) -> None:
    """What a token would prove: who saw what, where, in which phase. Only for what has none."""
    sent = draft.sent
    if draft.kind != KIND or sent.token or not sent.experiment:
        return
    if not draft.sender.secret:
        raise Refused("needs_secret_key", "token")
    user = checked_id(sent.user_id, "user_id")
    if not user:
        raise Refused("missing_user_id", "user_id", type=draft.kind)
    draft.unit = draft.tools.pseudonyms.of(draft.sender.site.id, user)
    stamp = _agreed(draft, user)
    _name(draft)
    draft.stamp = stamp


def _agreed(draft: Draft, user: str) -> Stamp:
    """What we would have decided; raises Refused where that is something else."""
    sent, live = draft.sent, draft.sender.live
    experiment = _experiment(draft, live)
    offer = _offer(draft, experiment, user)
    stamp = Stamp.unpack(offer.stamp) if offer.stamp else None
    names = {variant.id: variant.key for variant in experiment.entry.variants}
    if stamp is None or not sent.variant or names.get(stamp.variant_id) != sent.variant:
        raise Refused("assignment_differs", "variant", reason=offer.reason.value)
    return stamp


def _experiment(draft: Draft, live: Live | None) -> ReadyExperiment:
    key = str(draft.sent.experiment)
    found = live.experiments.get((draft.sender.site.id, key)) if live else None
    if found is None or found.recipe is None or not is_local(found):
        raise Refused("not_local", "experiment", key=key[:100])
    return found


def _offer(draft: Draft, experiment: ReadyExperiment, user: str) -> Offer:
    sender, told = draft.sender, _read(draft)
    assert sender.live is not None  # noqa: S101 - an experiment was found in it
    asked = Asked([], locale=told.locale, attributes=told.attributes, page=told.page)
    standing = apart.known(sender.live, sender.site, unit=user, pseudonym=draft.unit)
    visitor = Visitor(user, request=features_of(asked), apart=standing)
    return deciding.assign(experiment, visitor)


def _read(draft: Draft) -> Told:
    try:
        return _told.decode(draft.raw)
    except msgspec.ValidationError as error:
        name, why = blame(error)
        raise Refused("bad_field", name or None, field=name, why=why) from None


def _name(draft: Draft) -> None:
    """What its sender calls it: sending it again counts once."""
    text = checked_id(draft.sent.id, "id")
    if not text:
        raise Refused("missing_id", "id", type=draft.kind)
    draft.id = identity.of_id(draft.sender.site.id, text)
    try:
        draft.day = identity.day_of_id(text, now_ms=draft.sender.now_ms)
    except identity.IdTimeOutOfRange:
        raise Refused("id_time_out_of_range", "id") from None
