"""What adaptive policies have learned: a small snapshot of its own, swapped each minute.

`experiments.adaptive` writes it, every data-plane process reads it beside the large one. An entry
belongs to one phase of one experiment; an entry of another phase is ignored.
"""

import msgspec

from delivery.snapshot import InvalidSnapshot, digest

FORMAT = 1


class Entry(msgspec.Struct, frozen=True):
    """Whole buckets per variant id, summing to 10,000; `version` travels in the tokens."""

    experiment_id: int
    phase: int
    version: int
    widths: tuple[tuple[int, int], ...]


class Learnt(msgspec.Struct, frozen=True):
    format: int
    entries: tuple[Entry, ...]


NOTHING = Learnt(FORMAT, ())

_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Learnt)


def encode(learnt: Learnt) -> bytes:
    """The canonical bytes; equal contents give equal bytes."""
    return _encoder.encode(learnt)


def decode(body: bytes, sha256: str) -> Learnt:
    """Check and read; raises InvalidSnapshot."""
    if digest(body) != sha256:
        raise InvalidSnapshot("What was learned does not match its hash.")
    try:
        learnt = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise InvalidSnapshot(f"What was learned cannot be read: {error}") from error
    if learnt.format != FORMAT:
        raise InvalidSnapshot(f"What was learned has format {learnt.format}, not {FORMAT}.")
    return learnt
