"""Where a click goes: to the landing page of what was shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from delivery.snapshot import Snapshot
from delivery.token import Stamp


@dataclass(frozen=True, slots=True)
class Landings:
    """By creative version, else by what the variant or placement shows now."""

    by_version: Mapping[int, str]
    by_variant: Mapping[int, str]
    by_placement: Mapping[int, str]

    def of(self, stamp: Stamp) -> str | None:
        """The landing page of what was shown; None when nothing of it is left."""
        return (
            self.by_version.get(stamp.creative_version_id)
            or self.by_variant.get(stamp.variant_id)
            or self.by_placement.get(stamp.placement_id)
        )


NOWHERE = Landings({}, {}, {})


def landings(snapshot: Snapshot) -> Landings:
    """The landing pages of everything that a snapshot shows."""
    fallbacks = {p.id: p.fallback for p in snapshot.placements if p.fallback}
    shown = {v.id: v.creative for e in snapshot.experiments for v in e.variants}
    every = [*fallbacks.values(), *shown.values()]
    return Landings(
        by_version={c.version_id: _web_address(c.landing_url) for c in every},
        by_variant={number: _web_address(c.landing_url) for number, c in shown.items()},
        by_placement={number: _web_address(c.landing_url) for number, c in fallbacks.items()},
    )


def _web_address(text: str) -> str:
    """The address if a redirect to it is safe, else nothing: no scripts, no second header."""
    try:
        safe = urlsplit(text).scheme in {"http", "https"} and text.isprintable()
    except ValueError:
        return ""
    return text if safe and " " not in text else ""
