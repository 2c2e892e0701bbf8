"""The snapshot: one immutable, hashed picture of everything that is live.

`experiments.publishing` writes it, every data-plane process reads it. It crosses from the
database to memory as JSON, so that any process and any language can check and keep it.
"""

import hashlib
from typing import Literal

import msgspec

from engine.assignment.targeting import Rule
from engine.errors import LabError
from engine.profiles.caps import Cap

FORMAT = 1


class Source(msgspec.Struct, frozen=True):
    """One file of a picture: where it lies, its MIME type, pixels, density.

    `media` is the condition of the device it was cut for; empty for all others.
    """

    src: str
    type: str
    width: int
    height: int
    density: int = 1
    media: str = ""


class Words(msgspec.Struct, frozen=True):
    """What a creative says in another of the site's languages; `dir` is ltr or rtl."""

    locale: str
    dir: str
    alt: str
    landing_url: str
    html: str = ""


class CreativePayload(msgspec.Struct, frozen=True):
    """What a storefront needs to show a creative; `version_id` is the row the log names.

    `sources` are pictures, also of a film (its poster) and of a composed banner (drawn), so that
    whoever knows only pictures shows one. `versions` are all of the creative's, whose showings its
    `cap` counts; empty without a cap. `until` (Unix seconds) is when it expires.
    """

    key: str
    version: int
    kind: str
    alt: str
    landing_url: str
    sources: tuple[Source, ...]
    version_id: int
    cap: Cap | None = None
    versions: tuple[int, ...] = ()
    locale: str = ""
    dir: str = "ltr"
    films: tuple[Source, ...] = ()
    html: str = ""
    stylesheet: str = ""
    words: tuple[Words, ...] = ()
    until: float | None = None


class HoldoutEntry(msgspec.Struct, frozen=True):
    """Visitors who see no experiment: the lowest `buckets` of a draw with a seed of its own.

    It is counted as an experiment with the variants `held` and `rest` (their ids).
    """

    experiment_id: int
    key: str
    seed: str
    buckets: int
    held: int
    rest: int


class SiteEntry(msgspec.Struct, frozen=True):
    """`profiles`: what visitors do is folded, because a segment, a rule or a cap asks for it."""

    id: int
    key: str
    origins: tuple[str, ...]
    currency: str
    count_automated: bool = False
    timezone: str = "UTC"
    profiles: bool = False
    locales: tuple[str, ...] = ()
    holdout: HoldoutEntry | None = None


class KeyEntry(msgspec.Struct, frozen=True):
    """An API key by the SHA-256 (hex) of its text; `kind` is publishable or secret.

    It is not taken any more from `until` (Unix seconds) on.
    """

    sha256: str
    id: int
    site_id: int
    kind: str
    until: float | None = None


class PlacementEntry(msgspec.Struct, frozen=True):
    """`channel` is where it is: web, email or app."""

    id: int
    site_id: int
    key: str
    layer_seed: str
    fallback: CreativePayload | None
    channel: str = "web"


class Elsewhere(msgspec.Struct, frozen=True):
    """The same creative as another placement of the experiment shows it."""

    placement_id: int
    creative: CreativePayload


class VariantEntry(msgspec.Struct, frozen=True):
    """`range` is half-open in buckets, [start, end).

    `creative` is as the experiment's first placement shows it, `elsewhere` as the others do.
    `only_on` is the one placement that shows it; 0: all of them.
    """

    id: int
    key: str
    range: tuple[int, int]
    creative: CreativePayload
    elsewhere: tuple[Elsewhere, ...] = ()
    only_on: int = 0


class RuleEntry(msgspec.Struct, frozen=True):
    """What visitors of a segment get: whole buckets per variant, in the order of the variants."""

    segment: str
    rule: Rule
    widths: tuple[int, ...]


class PolicyEntry(msgspec.Struct, frozen=True):
    """A policy that is not fixed. `exploration` buckets of visitors get variants by chance."""

    kind: Literal["rules", "thompson"]
    exploration: int
    rules: tuple[RuleEntry, ...] = ()


class ForcedEntry(msgspec.Struct, frozen=True):
    """A visitor of the team, by pseudonym (hex), and the variant that they always get."""

    pseudonym: str
    variant_id: int


class ExperimentEntry(msgspec.Struct, frozen=True):
    """`status` draft: only a secret key may learn that it exists.

    A draft carries its variants only while somebody may test it; nobody else gets them.
    `also_on` are further placements of its layer. With `block_seconds` all visitors get what is
    drawn for the block of shop time; 0: each gets their own. `local`: SDKs of shops may decide it.
    """

    id: int
    site_id: int
    key: str
    status: Literal["draft", "running", "paused", "stopped", "decided"]
    placement_id: int
    phase: int
    seed: str
    slice: tuple[tuple[int, int], ...]
    variants: tuple[VariantEntry, ...]
    policy: PolicyEntry | None = None
    targeting: Rule | None = None
    also_on: tuple[int, ...] = ()
    block_seconds: int = 0
    test_units: tuple[ForcedEntry, ...] = ()
    local: bool = False


class Snapshot(msgspec.Struct, frozen=True):
    format: int
    sites: tuple[SiteEntry, ...]
    keys: tuple[KeyEntry, ...]
    placements: tuple[PlacementEntry, ...]
    experiments: tuple[ExperimentEntry, ...]


class InvalidSnapshot(LabError):
    """The bytes are not a snapshot of this format, or do not match their hash."""

    slug = "invalid-snapshot"


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Snapshot)


def encode(snapshot: Snapshot) -> bytes:
    """The canonical bytes of a snapshot; equal snapshots give equal bytes."""
    return _encoder.encode(snapshot)


def digest(body: bytes) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def decode(body: bytes, sha256: str) -> Snapshot:
    """Check and read a snapshot; raises InvalidSnapshot."""
    if digest(body) != sha256:
        raise InvalidSnapshot("The snapshot does not match its hash.")
    try:
        snapshot = _decoder.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidSnapshot(f"The snapshot cannot be read: {error}") from error
    if snapshot.format != FORMAT:
        raise InvalidSnapshot(f"The snapshot has format {snapshot.format}, not {FORMAT}.")
    return snapshot
