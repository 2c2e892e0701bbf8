"""Banners in e-mails: links for one recipient, and the picture that a mail program can show.

No script runs there. What is seen is counted by where the picture comes from, what is clicked by
where the link leads; both carry the token of the recipient's own decision.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from delivery.snapshot import CreativePayload, PlacementEntry, Snapshot, Source
from delivery.token import EMAIL, Stamp

CHANNEL: Final = "email"
PIXEL: Final = "gif"
# Old mail programs show the first three only. A GIF's link must not end as the pixel's does.
_ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "png",
    "image/webp": "webp",
    "image/avif": "avif",
}
ENDINGS: Final = frozenset({PIXEL, *_ENDINGS.values()})
_MODERN: Final = ("image/webp", "image/avif")

# The programs, and the servers that fetch for their readers, by the names they give themselves.
_PROGRAMS = re.compile(
    rb"GoogleImageProxy|YahooMailProxy|ms-office|MSOffice|Microsoft (?:Office|Outlook)|Thunderbird"
)
_LONGEST_AGENT: Final = 256
_encode = msgspec.json.Encoder().encode


class Mailed(msgspec.Struct, frozen=True):
    """What the links of an offer need beside its token.

    `fixed` are the languages that the creative speaks, the first one first; empty where there is
    nothing to choose. `plain` is what a recipient gets who may not be counted, by language.
    """

    ending: str
    fixed: tuple[str, ...]
    plain: Mapping[str, bytes]


def flags_of(place: PlacementEntry) -> int:
    """What the tokens of a placement say of its channel."""
    return EMAIL if place.channel == CHANNEL else 0


def of(creative: CreativePayload) -> Mailed | None:
    """A creative in a mailing; None where it has no picture."""
    shown = picture(creative)
    if shown is None:
        return None
    landing = {"": creative.landing_url} | {w.locale: w.landing_url for w in creative.words}
    plain = {locale: _links(shown.src, None, url) for locale, url in landing.items()}
    fixed = (creative.locale, *(w.locale for w in creative.words)) if creative.words else ()
    return Mailed(_ENDINGS.get(shown.type, "jpg"), fixed, plain)


def picture(creative: CreativePayload) -> Source | None:
    """The file of a creative that most mail programs show; None where it has none."""
    return min(creative.sources, key=_awkwardness, default=None)


def _awkwardness(source: Source) -> tuple[int, bool, int]:
    """What stands against a file: its type, that it is for some devices only, its weight."""
    kind = _MODERN.index(source.type) + 1 if source.type in _MODERN else 0
    return kind, bool(source.media), source.density


def links(mailed: Mailed, token: bytes, *, locale: str, base: str) -> bytes:
    """`,"links":{…}` behind a quoted token; behind null the plain ones, which count nothing."""
    if token == b"null":
        return mailed.plain.get(locale) or mailed.plain[""]
    name = token[1:-1].decode()
    image = f"{base}/i/{name}"
    click = f"{base}/c/{name}"
    if mailed.fixed:
        click += f"?l={locale if locale in mailed.fixed else mailed.fixed[0]}"
    return _links(f"{image}.{mailed.ending}", f"{image}.{PIXEL}", click)


def _links(image: str, pixel: str | None, click: str) -> bytes:
    return b',"links":' + _encode({"image": image, "pixel": pixel, "click": click})


@dataclass(frozen=True, slots=True)
class Pictures:
    """The addresses of pictures, by creative version, else by what stands there now.

    `hidden` are variants that may not be shown: expired, or withdrawn.
    """

    by_version: Mapping[int, str]
    by_variant: Mapping[int, str]
    by_placement: Mapping[int, str]
    hidden: frozenset[int] = frozenset()

    def of(self, stamp: Stamp) -> str | None:
        """The picture for a token; None where nothing is left to be shown.

        A mailing is read for months: a newer version of the creative stands for the old one, the
        placement's default for what is gone.
        """
        return (
            self.by_version.get(stamp.creative_version_id)
            or self.by_variant.get(stamp.variant_id)
            or self.by_placement.get(stamp.placement_id)
        )

    def shows(self, stamp: Stamp) -> bool:
        """Whether that counts: not for a variant of which nobody may see anything now."""
        return stamp.variant_id not in self.hidden and self.of(stamp) is not None


NO_PICTURES = Pictures({}, {}, {})


def pictures(snapshot: Snapshot) -> Pictures:
    """The pictures of everything that a snapshot may show in a mailing."""
    mailed = {place.id for place in snapshot.placements if place.channel == CHANNEL}
    if not mailed:
        return NO_PICTURES
    places = {p.id: p.fallback for p in snapshot.placements if p.id in mailed and p.fallback}
    entries = (e for e in snapshot.experiments if mailed & {e.placement_id, *e.also_on})
    every = [*places.items()]
    variants = {}
    for variant in (v for entry in entries for v in entry.variants):
        others = [one.creative for one in variant.elsewhere if one.placement_id in mailed]
        variants[variant.id] = next(iter(others), variant.creative)
        every += [(0, creative) for creative in (variant.creative, *others)]
    return Pictures(
        by_version={c.version_id: src for _, c in every if (src := _address(c))},
        by_variant={number: src for number, c in variants.items() if (src := _address(c))},
        by_placement={number: src for number, c in places.items() if (src := _address(c))},
        hidden=frozenset(number for number, c in variants.items() if not _address(c)),
    )


def _address(creative: CreativePayload) -> str:
    shown = picture(creative)
    return shown.src if shown else ""


def is_reader(stamp: Stamp, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a mail program asks, or its server: lists of robots name them, yet somebody reads."""
    agent = headers.get(b"user-agent", b"")[:_LONGEST_AGENT]
    return bool(stamp.flags & EMAIL) and _PROGRAMS.search(agent) is not None
