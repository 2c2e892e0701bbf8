"""From visits to rows of the log, named by their content: the same visit is the same event whatever
file or row it comes from, so that a second import adds nothing.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from delivery import identity
from delivery.pseudonym import Pseudonyms
from delivery.sink import Record
from experiments.imports.visits import Visit

PHASE: Final = 1
_MONEY: Final = "purchase"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all events of an import have in common. A site's own events are of no experiment."""

    site_id: int
    experiment_key: str
    experiment_id: int | None
    variant_ids: Mapping[str, int]
    currency: str
    received_at: dt.datetime
    source: str


class Recorder:
    """Writes visits as records. Names rest on the oldest pseudonym key: a rotation keeps them."""

    def __init__(self, stamp: Stamp, keys: tuple[bytes, ...]) -> None:
        self._stamp = stamp
        self._stored = Pseudonyms(keys)
        self._lasting = Pseudonyms(keys[:1]) if keys[1:] else self._stored

    def records(self, visit: Visit, copy: int) -> Iterator[Record]:
        """The events of a visit; `copy` tells equal visits apart."""
        stamp = self._stamp
        unit = self._stored.of(stamp.site_id, visit.unit)
        same = self._lasting is self._stored
        lasting = (unit if same else self._lasting.of(stamp.site_id, visit.unit)).hex()
        moment = visit.at.isoformat()
        for kind, number in visit.did:
            for turn in range(number):
                amount = visit.amount if kind == _MONEY and turn == 0 else 0
                parts = (
                    "import",
                    stamp.experiment_key,
                    kind,
                    lasting,
                    moment,
                    visit.variant,
                    amount,
                    visit.order,
                    copy,
                    turn,
                    *([visit.item] if visit.item else []),
                )
                yield self._record(visit, kind, unit, amount, parts)

    def _record(
        self, visit: Visit, kind: str, unit: bytes, amount: int, parts: tuple[object, ...]
    ) -> Record:
        stamp = self._stamp
        bought = kind == _MONEY
        return Record(
            day=identity.UNDATED,
            id=identity.of_id(stamp.site_id, "\x1f".join(map(str, parts))),
            digest=identity.digest(*parts),
            site_id=stamp.site_id,
            kind=kind,
            unit=unit,
            occurred_at=visit.at,
            received_at=stamp.received_at,
            experiment_id=stamp.experiment_id,
            phase=PHASE if stamp.experiment_id else None,
            variant_id=stamp.variant_ids.get(visit.variant) if stamp.experiment_id else None,
            amount=amount if bought else None,
            currency=stamp.currency if bought else "",
            order_id=visit.order if bought else "",
            properties=json.dumps({"item": visit.item}) if visit.item else None,
            source=stamp.source,
        )
