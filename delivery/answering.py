"""One question being answered: what was asked, about whom, and what may be used for it."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from delivery import apart as standing
from delivery import mailing
from delivery.callers import Caller
from delivery.consent import Consent, may_measure
from delivery.index import Live
from delivery.locales import look_up
from delivery.moment import Moment
from delivery.offers import Offer, unpersonalised
from delivery.reading import Id
from delivery.visitor import NOBODY, Apart, Known, Visitor, local, state_key
from delivery.wire import Assigned, Look, Response, Result
from engine.profiles.caps import Seen
from engine.profiles.features import Value

NO_HEADERS: Mapping[bytes, bytes] = MappingProxyType({})


class Page(msgspec.Struct, frozen=True):
    """Where the visitor is."""

    url: str | None = None
    referrer: str | None = None


class Asked(msgspec.Struct, frozen=True):
    """The body of a decide call."""

    placements: list[str]
    user_id: Id | None = None
    session_id: Id | None = None
    key: str | None = None
    locale: str | None = None
    attributes: dict[str, Any] | None = None
    page: Page | None = None
    consent: Consent | None = None
    seen: dict[str, Seen] | None = None
    force: str | None = None


class Answering(msgspec.Struct, frozen=True):
    """One question being answered: who asks, about whom, and whether a profile may be used.

    `refused` says why a wish to be shown a certain variant is not followed; empty when it is.
    """

    live: Live
    caller: Caller
    moment: Moment
    asked: Asked
    personal: bool
    unit: str | None
    pseudonym: bytes
    sign: Callable[[bytes, bytes, bytes], bytes]
    headers: Mapping[bytes, bytes]
    locale: str = ""
    apart: Apart | None = None
    refused: str = ""
    address: str = ""

    @classmethod
    def of(
        cls,
        live: Live,
        caller: Caller,
        moment: Moment,
        asked: Asked,
        *,
        personal: bool,
        headers: Mapping[bytes, bytes] = NO_HEADERS,
        address: str = "",
    ) -> "Answering":
        """A question with the visitor it is about; nobody without consent to be counted."""
        unit = asked.user_id if may_measure(asked.consent) else None
        pseudonym = moment.tools.pseudonyms.of(caller.site.id, unit) if unit else b""
        sign = moment.tools.signer.sign
        offered = caller.site.locales
        locale = look_up(asked.locale, offered) if asked.locale and len(offered) > 1 else ""
        apart, refused = standing.of(
            live, caller.site, unit=unit, pseudonym=pseudonym, force=asked.force, moment=moment
        )
        return cls(
            live, caller, moment, asked, personal, unit, pseudonym, sign, headers, locale,
            apart, refused, address,
        )  # fmt: skip

    @property
    def tail(self) -> bytes:
        """How every answer ends."""
        told = b',"force":"%s"' % self.refused.encode() if self.refused else b""
        return told + self.live.tail

    def plainly(self) -> Visitor:
        """Whom the decision is for where nothing matters but the id."""
        return Visitor(self.unit or "", apart=self.apart)

    def with_profile(self, answer: Callable[[Visitor], Response], *, needed: bool) -> Result:
        """The answer, after a look at the profile where one is needed and may be used."""
        site = self.caller.site
        held = self.apart is not None and self.apart.held
        if held or not (needed and self.personal and self.unit and site.profiles):
            return answer(self.visitor(NOBODY))
        return Look(state_key(site.id, self.pseudonym), lambda known: answer(self.visitor(known)))

    def visitor(self, known: Known) -> Visitor:
        """Whom the decision is for."""
        asked, now_ms, timezone = self.asked, self.moment.now_ms, self.caller.site.timezone
        wall = local(timezone, now_ms)
        clock = {"time.hour": wall.hour, "time.weekday": wall.isoweekday()}
        return Visitor(
            unit=self.unit or "",
            session=asked.session_id or "",
            known=known,
            now_ms=now_ms,
            day=wall.toordinal(),
            request=features_of(asked) | clock,
            told=asked.seen or {},
            apart=self.apart,
            timezone=timezone,
        )

    def decisions(self, offers: Sequence[Offer]) -> list[bytes]:
        """All answers of a page, whole. In one go: for twenty the calls would cost a tenth more."""
        new, sign, unit = self.moment.new_decision, self.sign, self.pseudonym
        personal, locale, found = self.personal, self.locale, []
        for offer in offers:
            stamp, head = offer.stamp, offer.head_in(locale) if locale else offer.head
            if offer.mailed is not None:
                found.append(self.told(offer) + b"}")
            elif stamp is None:
                found.append(head + b"null}")
            else:
                token = sign(new(), unit, stamp if personal else unpersonalised(stamp))
                found.append(b'%b"%b"}' % (head, token))
        return found

    def told(self, offer: Offer) -> bytes:
        """An answer but for how it ends: the offer, its token, and the links of a mailing."""
        token = self.token(offer)
        said = offer.head_in(self.locale) + token
        if offer.mailed is None:
            return said
        base = self.moment.tools.delivery_url
        return said + mailing.links(offer.mailed, token, locale=self.locale, base=base)

    def token(self, offer: Offer) -> bytes:
        """The signed name of the decision, quoted; null where there is nothing to count."""
        if offer.stamp is None:
            return b"null"
        stamp = offer.stamp if self.personal else unpersonalised(offer.stamp)
        return b'"' + self.sign(self.moment.new_decision(), self.pseudonym, stamp) + b'"'

    def assigned(self, offers: Sequence[Offer]) -> Assigned | None:
        """Count the offers; which of them give a variant of an experiment, for the log."""
        self.moment.tools.meters.decided(offers)
        stamps = [one.stamp for one in offers if one.assigns and one.stamp]
        if not stamps:
            return None
        if not self.personal:
            stamps = [unpersonalised(stamp) for stamp in stamps]
        caller, asked = self.caller, self.asked
        return Assigned(
            caller.site,
            self.pseudonym,
            stamps,
            self.moment.now_ms,
            self.headers,
            caller.secret,
            asked.attributes and asked.attributes.get("device"),
            asked.locale,
            self.address,
        )


def features_of(asked: Asked) -> dict[str, Value]:
    """What the request says of the visitor, by the names of the rule language."""
    page, attributes = asked.page or Page(), asked.attributes or {}
    found: dict[str, Value] = {
        "locale": asked.locale,
        "page.url": page.url,
        "page.referrer": page.referrer,
    }
    for name, value in attributes.items():
        plain = _plain(value)
        found[f"attributes.{name}"] = plain
        if name in {"device", "country"}:
            found[name] = plain
    return found


def _plain(value: object) -> Value:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str | int | float) else None
