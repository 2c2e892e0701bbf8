"""What is written: rows of the log, what is kept of refused events, and both together."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One row of the log; a field for each column that the database does not fill itself.

    `id`, `unit` and `decision` are 16 bytes; `properties` is the JSON text of an object; `mark` is
    empty for what counts, else the name of the filter that set it aside. New fields come last and
    have a default, so that a spool of an older version can be read.
    """

    day: dt.date
    id: bytes
    digest: int
    site_id: int
    kind: str
    unit: bytes
    occurred_at: dt.datetime
    received_at: dt.datetime
    experiment_id: int | None = None
    phase: int | None = None
    variant_id: int | None = None
    placement_id: int | None = None
    creative_version_id: int | None = None
    policy_version: int | None = None
    propensity: float | None = None
    flags: int = 0
    decision: bytes | None = None
    amount: int | None = None
    currency: str = ""
    order_id: str = ""
    mark: str = ""
    properties: str | None = None
    source: str = "live"
    device: str = ""
    locale: str = ""


ASSIGNED: Final = "assigned"
"""Every process says it of every unit, so many are there already: a COPY would only fail."""


class Outcome(StrEnum):
    """What became of a record: the first of an id, the same again, another one under its id."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    REJECTED = "rejected"  # the database refuses the row itself; only a defect in intake leads here


class Refusal(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An event that was refused. Without a `payload` it is only counted.

    `sender` is the JSON text of what its request said. 0 stands for no experiment and no variant.
    """

    site_id: int
    received_at: dt.datetime
    kind: str
    reason: str
    field: str = ""
    experiment_id: int = 0
    variant_id: int = 0
    payload: str | None = None
    sender: str = "{}"


class Group(msgspec.Struct, frozen=True, gc=False):
    """What is written in one transaction.

    `name` tells whether a group is there already; `again`: an earlier try may have succeeded, which
    nobody heard; `tried`: it was sent to the database before it was spooled. New fields have a
    default, so that a spool of an older version can be read.
    """

    records: Sequence[Record]
    refusals: Sequence[Refusal] = ()
    name: bytes = b""
    again: bool = False
    tried: bool = True

    @property
    def size(self) -> int:
        """How many events it settles."""
        return len(self.records) + len(self.refusals)

    @property
    def apart(self) -> bool:
        """Whether it holds assignments, which are written in another way than events."""
        return bool(self.records) and self.records[0].kind == ASSIGNED

    def halves(self) -> "tuple[Group, Group]":
        """Two groups; cut in the same place whenever it is cut."""
        record, refusal = len(self.records) // 2, len(self.refusals) // 2
        if len(self.records) % 2:
            refusal = -(-len(self.refusals) // 2)  # so that neither of them is empty
        return (
            Group(self.records[:record], self.refusals[:refusal], self.name + b"0", self.again),
            Group(self.records[record:], self.refusals[refusal:], self.name + b"1", self.again),
        )
