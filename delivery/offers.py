"""One possible answer but for its token, encoded once, before anybody waits for it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from delivery import holdout, mailing
from delivery.mailing import Mailed
from delivery.snapshot import (
    CreativePayload,
    ExperimentEntry,
    HoldoutEntry,
    PlacementEntry,
    Source,
    VariantEntry,
    Words,
)
from delivery.token import EMAIL, TEST, UNPERSONALISED, Stamp
from engine.assignment.recipe import Reason

_encode = msgspec.json.Encoder().encode
_OURS = ("version_id", "cap", "versions", "words", "until")
# Most banners are pictures in one size: what they lack is not said.
_UNSAID_WHEN_EMPTY = ("films", "html", "stylesheet", "locale")
_ONE_LANGUAGE: Mapping[str, bytes] = MappingProxyType({})

Counted: TypeAlias = tuple[int, str, str, str]
"""The site's id, the keys of experiment and variant (or empty), the reason."""


class Offer(msgspec.Struct, frozen=True):
    """One answer, ready but for the token: `head` is its JSON up to the token's value.

    Without a `stamp` there is nothing to count and the token is null. One that `assigns` gives a
    variant of an experiment; a default does not. `said` holds the heads in other languages. It is
    `counted` among its like. What is `mailed` has links for its recipient.
    """

    reason: Reason
    head: bytes
    stamp: bytes | None
    assigns: bool = False
    said: Mapping[str, bytes] = _ONE_LANGUAGE
    counted: Counted = (0, "", "", "DEFAULT")
    mailed: Mailed | None = None

    def head_in(self, locale: str) -> bytes:
        """The answer in one of the site's languages, else in its first one."""
        return self.said.get(locale, self.head) if locale else self.head


class Terms(msgspec.Struct, frozen=True):
    """Under which an experiment offers a variant: why, by what policy, with which flags."""

    reason: Reason = Reason.SPLIT
    policy: str | None = None
    policy_version: int = 0
    segment: str | None = None
    flags: int = 0


FIXED = Terms()


def split(
    entry: ExperimentEntry, variant: VariantEntry, propensity: float, terms: Terms = FIXED
) -> Offer:
    """A variant of an experiment."""
    stamp = Stamp(
        site_id=entry.site_id,
        placement_id=entry.placement_id,
        experiment_id=entry.id,
        phase=entry.phase,
        variant_id=variant.id,
        creative_version_id=variant.creative.version_id,
        policy_version=terms.policy_version,
        propensity=propensity,
        flags=terms.flags,
    )
    head, said = _heads(
        experiment=entry.key,
        phase=entry.phase,
        variant=variant.key,
        propensity=propensity,
        creative=variant.creative,
        terms=terms,
    )
    counted = (entry.site_id, entry.key, variant.key, terms.reason.value)
    return Offer(
        terms.reason,
        head,
        stamp.pack(),
        assigns=True,
        said=said,
        counted=counted,
        mailed=mailing.of(variant.creative) if terms.flags & EMAIL else None,
    )


def forced(
    entry: ExperimentEntry, variant: VariantEntry, *, counted: bool, flags: int = 0
) -> Offer:
    """A variant for somebody who tests: no experiment counts it, nor that it was assigned.

    `counted`: the visitor may be measured at all. `flags` are those of the experiment's tokens.
    """
    made = split(entry, variant, 1.0, Terms(Reason.FORCED, flags=TEST | flags & EMAIL))
    stamp = made.stamp if counted else None
    return msgspec.structs.replace(made, stamp=stamp, assigns=False)


def held(place: PlacementEntry, of: HoldoutEntry, experiment: str | None = None) -> Offer:
    """The default creative for a visitor of the holdout, of which the token speaks."""
    made = fallback(place, Reason.HOLDOUT, experiment)
    if made.stamp is None:
        return made
    stamp = msgspec.structs.replace(
        Stamp.unpack(made.stamp),
        experiment_id=of.experiment_id,
        phase=holdout.PHASE,
        variant_id=of.held,
        propensity=holdout.share(of),
    )
    return msgspec.structs.replace(made, stamp=stamp.pack())


def fallback(
    place: PlacementEntry, reason: Reason, experiment: str | None = None, *, flags: int = 0
) -> Offer:
    """The default creative; it can be measured too, unless the visitor does not want that."""
    head, said = _heads(experiment=experiment, creative=place.fallback, terms=Terms(reason))
    counted = (place.site_id, experiment or "", "", reason.value)
    flags |= mailing.flags_of(place)
    mailed = mailing.of(place.fallback) if place.fallback and flags & EMAIL else None
    if place.fallback is None or reason is Reason.NO_CONSENT:
        return Offer(reason, head, None, said=said, counted=counted, mailed=mailed)
    stamp = Stamp(
        site_id=place.site_id,
        placement_id=place.id,
        experiment_id=0,
        phase=0,
        variant_id=0,
        creative_version_id=place.fallback.version_id,
        policy_version=0,
        propensity=0.0,
        flags=flags,
    )
    return Offer(reason, head, stamp.pack(), said=said, counted=counted, mailed=mailed)


def unpersonalised(stamp: bytes) -> bytes:
    """The stamp of a visitor who does not want to be remembered: the flags are its last bytes."""
    return stamp[:-1] + bytes([stamp[-1] | UNPERSONALISED])


def _heads(
    *,
    creative: CreativePayload | None,
    **rest: Any,  # noqa: ANN401 - of one of two callers
) -> tuple[bytes, Mapping[str, bytes]]:
    """The answer in the site's first language, and in the others that the creative has."""
    head = _head(creative=creative, **rest)
    if creative is None or not creative.words:
        return head, _ONE_LANGUAGE
    said = {w.locale: _head(creative=_in(creative, w), **rest) for w in creative.words}
    return head, said


def _in(creative: CreativePayload, words: Words) -> CreativePayload:
    return msgspec.structs.replace(creative, **msgspec.structs.asdict(words))


def _head(
    *,
    experiment: str | None,
    creative: CreativePayload | None,
    terms: Terms,
    phase: int | None = None,
    variant: str | None = None,
    propensity: float | None = None,
) -> bytes:
    answer = {
        "experiment": experiment,
        "phase": phase,
        "variant": variant,
        "reason": terms.reason,
        "propensity": propensity,
        **_by(terms),
        "creative": creative and _shown(creative),
    }
    return _encode(answer)[:-1] + b',"token":'


def _by(terms: Terms) -> dict[str, str]:
    """The policy and the segment, where there is something to tell."""
    told = {"policy": terms.policy, "segment": terms.segment}
    return {name: text for name, text in told.items() if text}


def _shown(creative: CreativePayload) -> dict[str, object]:
    """What of a creative goes over the wire: all but our own numbers of it."""
    fields = msgspec.structs.asdict(creative)
    for name in _OURS:
        del fields[name]
    for name in _UNSAID_WHEN_EMPTY:
        if not fields[name]:
            del fields[name]
    if "locale" not in fields:
        del fields["dir"]
    return fields | {"sources": [_source(source) for source in creative.sources]}


def _source(source: Source) -> dict[str, object]:
    fields = msgspec.structs.asdict(source)
    if not source.media:
        del fields["media"]
    return fields


def _nothing(reason: Reason) -> Offer:
    head = _head(experiment=None, creative=None, terms=Terms(reason))
    return Offer(reason, head, None, counted=(0, "", "", reason.value))


NOTHING_KNOWN = _nothing(Reason.DEFAULT)
UNKNOWN_PLACE = _nothing(Reason.NO_EXPERIMENT)
