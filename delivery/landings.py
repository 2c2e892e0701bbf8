"""Where a click goes: to the landing page of what was shown, on a host of the shop."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from delivery.locales import accepted
from delivery.snapshot import CreativePayload, SiteEntry, Snapshot
from delivery.token import Stamp

# Browsers drop or rewrite these inside an address, so that it leads elsewhere than it seems to.
UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\<>\"`{}|^]")

_HOST = re.compile(r"[a-z0-9._:-]+")


class Landing(msgspec.Struct, frozen=True):
    """A landing page in the first language; `said` are those of all languages, if several."""

    first: str
    said: Mapping[str, str] = {}

    def of(self, *, wanted: str, accept: str) -> str:
        """The page in one language: the link's own, else one that the browser asks for."""
        if not self.said:
            return self.first
        return self.said.get(wanted) or self.said.get(
            accepted(accept, tuple(self.said)), self.first
        )


@dataclass(frozen=True, slots=True)
class Landings:
    """By creative version, else by what the variant or placement shows now."""

    by_version: Mapping[int, Landing]
    by_variant: Mapping[int, Landing]
    by_placement: Mapping[int, Landing]

    def of(self, stamp: Stamp) -> Landing | None:
        """The landing page of what was shown; None when nothing of it is left."""
        return (
            self.by_version.get(stamp.creative_version_id)
            or self.by_variant.get(stamp.variant_id)
            or self.by_placement.get(stamp.placement_id)
        )


NOWHERE = Landings({}, {}, {})


def landings(snapshot: Snapshot) -> Landings:
    """The landing pages of everything that a snapshot shows, but for those of other hosts."""
    hosts = {site.id: hosts_of(site) for site in snapshot.sites}
    places = [(p.site_id, p.id, p.fallback) for p in snapshot.placements if p.fallback]
    shown = [(e.site_id, v.id, v.creative) for e in snapshot.experiments for v in e.variants]

    def by(rows: Iterable[tuple[int, int, CreativePayload]]) -> dict[int, Landing]:
        found = {number: _landing(c, hosts.get(site, frozenset())) for site, number, c in rows}
        return {number: landing for number, landing in found.items() if landing}

    return Landings(
        by_version=by((site, c.version_id, c) for site, _, c in (*places, *shown)),
        by_variant=by(shown),
        by_placement=by(places),
    )


def hosts_of(site: SiteEntry) -> frozenset[str]:
    """The hosts that a click may lead to, or below: those of the site's pages."""
    return frozenset(map(host_of, site.origins)) - {""}


def host_of(address: str) -> str:
    """The host of an address as browsers compare it; "" where there is none."""
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:  # UnicodeError is one
        return ""
    return host if _HOST.fullmatch(host) else ""


def _landing(creative: CreativePayload, hosts: frozenset[str]) -> Landing | None:
    first = creative.landing_url
    if not is_safe(first, hosts):
        return None
    said = {w.locale: w.landing_url for w in creative.words if is_safe(w.landing_url, hosts)}
    return Landing(first, {creative.locale: first} | said if said else {})


def is_safe(address: str, hosts: frozenset[str]) -> bool:
    """Whether a redirect to it stays with the shop: no scripts, no second header, no other host."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = parts.scheme in {"http", "https"} and address.isprintable() and "@" not in parts.netloc
    if not plain or UNSAFE.search(address):
        return False
    host = host_of(address)
    return host in hosts or any(host.endswith(f".{own}") for own in hosts)
