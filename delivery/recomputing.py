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
from delivery.draft import Draft, Refused, Text
from delivery.index import ReadyExperiment
from delivery.offers import Offer
from delivery.protocols.growthbook import is_local
from delivery.reading import blame
from delivery.token import Stamp
from delivery.visitor import Visitor

KIND = "impression"


class Told(msgspec.Struct, frozen=True):
    """What stands in for a token: where what was shown, and what rules may ask of the visitor."""

    experiment: Text | None = None
    variant: Text | None = None
    attributes: dict[str, Any] | None = None
    locale: str | None = None
    page: Page | None = None


_told = msgspec.json.Decoder(Told)


def decision(draft: Draft) -> None:
    """What a token would prove: who saw what, where, in which phase. Only for what has none."""
    if draft.kind != KIND or draft.sent.token:
        return
    told = _read(draft)
    if not told.experiment:
        return
    if not draft.sender.secret:
        raise Refused("needs_secret_key", "token")
    user = checked_id(draft.sent.user_id, "user_id")
    if not user:
        raise Refused("missing_user_id", "user_id", type=draft.kind)
    draft.unit = draft.tools.pseudonyms.of(draft.sender.site.id, user)
    stamp = _agreed(draft, told, user)
    _name(draft)
    draft.stamp = stamp


def _read(draft: Draft) -> Told:
    try:
        return _told.decode(draft.raw)
    except msgspec.ValidationError as error:
        name, why = blame(error)
        raise Refused("bad_field", name or None, field=name, why=why) from None


def _agreed(draft: Draft, told: Told, user: str) -> Stamp:
    """What we would have decided; raises Refused where that is something else."""
    experiment = _experiment(draft, told.experiment or "")
    offer = _offer(draft, told, experiment, user)
    stamp = Stamp.unpack(offer.stamp) if offer.stamp else None
    names = {variant.id: variant.key for variant in experiment.entry.variants}
    if stamp is None or not told.variant or names.get(stamp.variant_id) != told.variant:
        raise Refused("assignment_differs", "variant", reason=offer.reason.value)
    return stamp


def _experiment(draft: Draft, key: str) -> ReadyExperiment:
    live = draft.sender.live
    found = live.experiments.get((draft.sender.site.id, key)) if live else None
    if found is None or found.recipe is None or not is_local(found):
        raise Refused("not_local", "experiment", key=key[:100])
    return found


def _offer(draft: Draft, told: Told, experiment: ReadyExperiment, user: str) -> Offer:
    sender = draft.sender
    assert sender.live is not None  # noqa: S101 - an experiment was found in it
    asked = Asked([], locale=told.locale, attributes=told.attributes, page=told.page)
    standing = apart.known(sender.live, sender.site, unit=user, pseudonym=draft.unit)
    visitor = Visitor(user, request=features_of(asked), apart=standing)
    return deciding.assign(experiment, visitor)


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
