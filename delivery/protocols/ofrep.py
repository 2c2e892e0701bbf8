"""OpenFeature's remote evaluation protocol, 0.3.0: a flag is an experiment by its key.

Its value is the creative as `assign` gives it, its variant the variant's key; the token and our own
reason are in the metadata. Where there is no variant the variant is `default`, because the official
Python client needs one; where there is no creative there is no value, and clients take their own.
Statuses for which the protocol has a body get that body, all others are problems as everywhere.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final

import msgspec

from delivery import decide as deciding
from delivery.answering import Answering, Asked, Page
from delivery.asking import JSON, experiment_of
from delivery.callers import identify
from delivery.consent import Consent, may_personalise, refuses_profiles
from delivery.index import Live, ReadyExperiment
from delivery.messages import language_of, message, say
from delivery.moment import Moment
from delivery.offers import NOTHING_KNOWN, Offer
from delivery.reading import BROWSER_BYTES, LONGEST_ID, Id, blame, check_size, check_type, read
from delivery.visitor import Visitor
from delivery.wire import Request, Response, Result
from engine.assignment.recipe import Reason
from engine.errors import InputError, InvalidInput, LabError, NotFound, NotJson

EXAMPLE: Final = '{"context": {"targetingKey": "u-42"}}'
REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.SPLIT: "SPLIT",
        Reason.EXPLORATION: "SPLIT",
        Reason.TARGETING_MATCH: "TARGETING_MATCH",
        Reason.PAUSED: "DISABLED",
        Reason.NO_EXPERIMENT: "DISABLED",
        Reason.NO_CONSENT: "UNKNOWN",
        Reason.DEFAULT: "UNKNOWN",
    }
)
"""Ours in the protocol's words. All others are STATIC: what is set for the placement is shown."""
NO_VARIANT: Final = "default"
RENEWED_MS: Final = 24 * 3_600_000
"""How long an ETag holds at most: what a client keeps has tokens in it, which live seven days."""

_encode = msgspec.json.Encoder().encode
_TOKEN: Final = len(b',"token":')
_END: Final = b"}}"
_SHOWN: Final = frozenset({"running", "paused"})


class TargetingKeyMissing(InvalidInput):
    """Nobody is named whom the evaluation is about."""


class Evaluation(msgspec.Struct, frozen=True):
    """The body of both calls."""

    context: dict[str, Any]


class Context(msgspec.Struct, frozen=True, rename={"user_id": "targetingKey"}):
    """What of a context has a meaning of its own; everything in it is an attribute besides."""

    user_id: Id
    session_id: Id | None = None
    locale: str | None = None
    page: Page | None = None
    consent: Consent | None = None


class Head(msgspec.Struct, frozen=True):
    """An offer as it goes over our own wire, read back."""

    reason: Reason
    creative: msgspec.Raw
    variant: str | None = None
    phase: int | None = None
    propensity: float | None = None
    policy: str | None = None
    segment: str | None = None


_bodies = msgspec.json.Decoder(Evaluation)
_heads = msgspec.json.Decoder(Head)


def flag(request: Request, moment: Moment, key: str) -> Result:
    """`POST /ofrep/v1/evaluate/flags/{key}`"""
    named = key.encode("utf-8", "replace").decode()
    return _in_protocol(request, {"key": named}, lambda: _flag(request, moment, named))


def flags(request: Request, moment: Moment) -> Result:
    """`POST /ofrep/v1/evaluate/flags`: all running and paused experiments of the site."""
    return _in_protocol(request, {}, lambda: _flags(request, moment))


def _flag(request: Request, moment: Moment, key: str) -> Result:
    if moment.live is None:
        # Not kept: anybody may ask for any key here.
        return Response(200, _written.__wrapped__(key, NOTHING_KNOWN.head), JSON)
    answering = _question(request, moment, moment.live)
    experiment = experiment_of(answering, key)

    def answer(visitor: Visitor) -> Response:
        offer = _offer(answering, experiment, visitor)
        body = _told(answering, key, offer)
        return Response(200, body, JSON, assigned=answering.assigned([offer]))

    return _with_visitor(answering, [experiment], answer)


def _flags(request: Request, moment: Moment) -> Result:
    live = moment.live
    if live is None:
        return Response(200, b'{"flags":[]}', JSON)
    answering = _question(request, moment, live)
    experiments = _shown(live, answering.caller.site.id)

    def answer(visitor: Visitor) -> Response:
        offers = {key: _offer(answering, one, visitor) for key, one in experiments.items()}
        assigned = answering.assigned(list(offers.values()))
        tag = etag(answering, offers)
        headers = (*JSON, (b"etag", tag))
        if tag in _known_tags(request):
            return Response(304, b"", headers, assigned=assigned)
        told = b",".join(_told(answering, key, offer) for key, offer in offers.items())
        body = b'{"flags":[%b],"metadata":{"snapshot":%d}}' % (told, live.version)
        return Response(200, body, headers, assigned=assigned)

    return _with_visitor(answering, experiments.values(), answer)


def _shown(live: Live, site: int) -> dict[str, ReadyExperiment]:
    found = {
        key: experiment
        for (owner, key), experiment in live.experiments.items()
        if owner == site and experiment.entry.status in _SHOWN
    }
    return dict(sorted(found.items()))


def _question(request: Request, moment: Moment, live: Live) -> Answering:
    caller = identify(live, request, tools=moment.tools)
    check_type(request)
    check_size(request, BROWSER_BYTES)
    asked = _asked(read(_bodies, request.body, example=EXAMPLE).context)
    personal = may_personalise(asked.consent) and not refuses_profiles(request)
    headers = request.headers
    return Answering.of(
        live, caller, moment, asked, personal=personal, headers=headers, address=request.address
    )


def _asked(context: dict[str, Any]) -> Asked:
    if context.get("targetingKey") in (None, ""):
        raise TargetingKeyMissing(
            message("missing", field="targetingKey"), hint=message("not_json_hint", example=EXAMPLE)
        )
    known = _known(context)
    attributes = {name: value for name, value in context.items() if name != "targetingKey"}
    return Asked([], attributes=attributes, **msgspec.structs.asdict(known))


def _known(context: dict[str, Any]) -> Context:
    try:
        return msgspec.convert(context, Context)
    except msgspec.ValidationError as error:
        name, why = blame(error)
        key = context["targetingKey"]
        if name == "targetingKey" and isinstance(key, str) and len(key) > LONGEST_ID:
            raise InvalidInput(message("id_length", field=name)) from None
        raise InvalidInput(message("does_not_fit", field=name or "context", why=why)) from None


def _with_visitor(
    answering: Answering,
    experiments: Iterable[ReadyExperiment],
    answer: Callable[[Visitor], Response],
) -> Result:
    asked = tuple(experiments)
    if all(one.plain for one in asked):
        return answer(answering.plainly())
    return answering.with_profile(answer, needed=any(one.needs_profile for one in asked))


def _offer(answering: Answering, experiment: ReadyExperiment, visitor: Visitor) -> Offer:
    if answering.unit is not None:
        return deciding.assign(experiment, visitor, answering.live.learnt)
    # Nobody may be counted: the default of its placement, which is of no experiment.
    places = answering.live.placements.values()
    here = (one for one in places if one.entry.id == experiment.entry.placement_id)
    return next(here).fallbacks[Reason.NO_CONSENT]


def _told(answering: Answering, key: str, offer: Offer) -> bytes:
    written, token = _written(key, offer.head_in(answering.locale)), answering.token(offer)
    if token == b"null":
        return written
    return written[: -len(_END)] + b',"token":' + token + _END


@lru_cache(maxsize=4096)
def _written(key: str, head: bytes) -> bytes:
    """All of an evaluation but its token; it ends with the metadata, where that belongs."""
    said = _heads.decode(head[:-_TOKEN] + b"}")
    metadata = {
        "reason": said.reason,
        "phase": said.phase,
        "propensity": said.propensity,
        "policy": said.policy,
        "segment": said.segment,
    }
    value = {} if bytes(said.creative) == b"null" else {"value": said.creative}
    evaluated = {
        "key": key,
        "reason": REASONS.get(said.reason, "STATIC"),
        "variant": said.variant or NO_VARIANT,
        **value,
        "metadata": {name: one for name, one in metadata.items() if one is not None},
    }
    return _encode(evaluated)


def etag(answering: Answering, offers: Mapping[str, Offer]) -> bytes:
    """The name of a set of answers: who is asked about, the snapshot, and what was decided.

    Not of the bytes, because each answer has fresh tokens in it and no two would ever be equal. A
    client that is told "as before" goes on with the tokens it has: they are as good, for each kind
    counts once per token whichever is used. So that they never come near their expiry, the day is
    part of the name. What else is in the context matters by what it decides, and is not.
    """
    day = answering.moment.now_ms // RENEWED_MS
    about = (answering.caller.site.id, answering.live.version, day, answering.personal)
    named = blake2b(_encode((about, answering.unit, answering.locale)), digest_size=12)
    for key, offer in offers.items():
        named.update(key.encode() + b"\0" + offer.head_in(answering.locale))
    return b'"%s"' % named.hexdigest().encode()


def _known_tags(request: Request) -> set[bytes]:
    sent = request.headers.get(b"if-none-match", b"").split(b",")
    return {one.strip().removeprefix(b"W/") for one in sent}


def _in_protocol(request: Request, names: dict[str, str], work: Callable[[], Result]) -> Result:
    """What was asked wrongly, and what is not there, as the protocol words it."""
    try:
        return work()
    except InputError as error:
        return _failure(400, _code(error), error, request, names)
    except NotFound as error:
        return _failure(404, "FLAG_NOT_FOUND", error, request, names)


def _code(error: InputError) -> str:
    if isinstance(error, NotJson):
        return "PARSE_ERROR"
    if isinstance(error, TargetingKeyMissing):
        return "TARGETING_KEY_MISSING"
    return "INVALID_CONTEXT" if isinstance(error, InvalidInput) else "GENERAL"


def _failure(
    status: int, code: str, error: LabError, request: Request, names: dict[str, str]
) -> Response:
    language = language_of(request.header(b"accept-language"))
    parts = (say(part, language) for part in (error.detail, error.hint) if part)
    body = {**names, "errorCode": code, "errorDetails": " ".join(parts)}
    return Response(status, _encode(body), (*JSON, (b"content-language", language.encode())))
