"""The judge: what the ledger of the senders and the database must have in common.

acknowledged ⊆ stored ⊆ sent, every id once, and every outcome that an answer gave is one that the
database has: the rows of the log are those that answers called new, and those of tries that nobody
heard an answer to.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from delivery import config, identity
from delivery.pseudonym import Pseudonyms
from delivery.token import Signer
from tests.embedded import FIXED
from tests.faults.ledger import WRITTEN, Batch, Ledger
from tests.faults.world import Shop

ROWS = (
    "SELECT id, kind, unit, mark, occurred_at, amount, seq FROM events_event"
    " WHERE kind <> 'assigned' ORDER BY seq"
)
SETTLED = "SELECT coalesce(sum(events), 0)::bigint FROM events_settled WHERE kind <> 'assigned'"
TOTALS = (
    "SELECT unit, impressions, clicks, orders, revenue FROM events_unittotal"
    " WHERE experiment_id = %s AND NOT suspicious AND first_exposed_at IS NOT NULL"
)
SHOWN = 5
"""Examples of each fault."""


class Row(NamedTuple):
    """One event of the log."""

    id: Any
    kind: str
    unit: Any
    mark: str
    occurred_at: dt.datetime
    amount: int | None
    seq: int


class Span(NamedTuple):
    """A time in which answers could not know what the database holds: [begun, ended]."""

    begun: float
    ended: float


@dataclass(slots=True)
class Verdict:
    """The figures, and every fault that was found in a sentence.

    `moments` are when each event was acknowledged, by its name in the log.
    """

    sent: int = 0
    acknowledged: int = 0
    stored: int = 0
    unknown: int = 0
    refused: int = 0
    decisions: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    moments: dict[str, float] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """What is wrong, a few examples of each kind."""
        named = {
            "lost": self.lost,
            "counted twice": self.doubled,
            "never sent": self.invented,
            "sums": self.sums,
            "totals": self.totals,
            "decisions": self.unanswered,
        }
        return [
            f"{name}: {len(found)}, such as {found[:SHOWN]}"
            for name, found in named.items()
            if found
        ]


@dataclass(slots=True)
class Judge:
    """Compares one ledger with one database.

    `blind` are the outages of the database; `settled` is how many events it counts beside the log.
    """

    shop: Shop
    ledger: Ledger
    rows: Sequence[Row]
    blind: Sequence[Span] = ()
    settled: int | None = None
    _signer: Signer = field(init=False)
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._signer = Signer(config._token_keys(FIXED["TOKEN_KEYS"]))

    def id_of(self, event: dict[str, Any]) -> str:
        """The name of an event in the log."""
        token = event.get("token")
        if token is None:
            return identity.of_id(self.shop.site, event["id"]).hex()
        known = f"{event['type']}:{token}"
        if known not in self._names:
            decision = self._signer.genuine(token).decision
            name = identity.of_token(self.shop.site, decision, event["type"]).hex()
            self._names[known] = name
        return self._names[known]

    def judge(self) -> Verdict:
        """Everything that can be said without the totals."""
        verdict, there = Verdict(stored=len(self.rows)), {row.id.hex for row in self.rows}
        self._log(verdict, there)
        self._receipts(verdict, there)
        self._conserved(verdict)
        self._decisions(verdict)
        if not self.ledger.ended:
            verdict.sums.append("the load did not come to its end")
        return verdict

    def _log(self, verdict: Verdict, there: set[str]) -> None:
        sent: set[str] = set()
        for batch in self.ledger.batches.values():
            names = {self.id_of(event) for event in batch.of(*WRITTEN)}
            sent |= names
            verdict.sent += len(names)
            verdict.unknown += batch.unknown
            verdict.refused += len(batch.refused)
            if batch.acks:
                verdict.acknowledged += len(names)
                verdict.lost += sorted(names - there)
                verdict.moments.update(dict.fromkeys(names, batch.acks[0].at))
        counts = Counter(row.id.hex for row in self.rows)
        verdict.doubled += [name for name, count in counts.items() if count > 1]
        verdict.invented += sorted(there - sent)

    # -- sums ----------------------------------------------------------------------------------

    def _receipts(self, verdict: Verdict, there: set[str]) -> None:
        """Each answer by itself, and all of them against the number of rows."""
        told = silent = twice = 0
        for number, batch in self.ledger.batches.items():
            fresh = batch.of(*WRITTEN)
            if not batch.acks:
                silent += sum(self.id_of(event) in there for event in fresh)
                continue
            (receipt,) = batch.acks
            verdict.sums += [f"batch {number}: {why}" for why in self._wrong(batch)]
            told += receipt.written
            if receipt.written < len(fresh):
                silent += len(fresh) - receipt.written
            twice += max(0, receipt.written - len(fresh))
        if told + silent - twice != len(self.rows):
            verdict.sums.append(
                f"{len(self.rows)} rows are not {told} told new + {silent} of tries without an"
                f" answer - {twice} told new while the database was away"
            )

    def _conserved(self, verdict: Verdict) -> None:
        """Everything that was received ended once: in the log, or counted beside it."""
        if self.settled is None:
            return
        batches = self.ledger.batches.values()
        told = sum(receipt.received for batch in batches for receipt in batch.acks)
        perhaps = sum(
            len(batch.events) * (len(batch.tries) - len(batch.acks) - batch.nobody)
            for batch in batches
        )
        if not told <= len(self.rows) + self.settled <= told + perhaps:
            verdict.sums.append(
                f"{len(self.rows)} rows and {self.settled} settled are not the {told} received"
                f" of answers and up to {perhaps} of tries without one"
            )

    def _wrong(self, batch: Batch) -> Iterable[str]:
        receipt = batch.acks[0]
        fresh, bad = len(batch.of(*WRITTEN)), len(batch.of("bad"))
        if receipt.received != len(batch.events) or receipt.sum != receipt.received:
            yield f"{receipt} does not add up to {len(batch.events)}"
        if receipt.rejected != bad:
            yield f"{receipt.rejected} rejected of {bad} bad ones"
        if receipt.written < fresh and not batch.may_be_there:
            yield f"{fresh} sent for the first time, {receipt.written} told new"
        if receipt.written > fresh and not self._was_blind(batch):
            yield f"{fresh} sent for the first time, {receipt.written} told new"

    def _was_blind(self, batch: Batch) -> bool:
        """Whether its answer may have been given while the database was away."""
        begun, ended = batch.tries[0], batch.acks[0].at
        return any(begun <= span.ended and ended >= span.begun for span in self.blind)

    # -- decisions -----------------------------------------------------------------------------

    def _decisions(self, verdict: Verdict) -> None:
        variants: dict[str, set[str]] = defaultdict(set)
        for told in self.ledger.decisions:
            if told["status"] == 200 and told["reason"] == "SPLIT":
                variants[told["u"]].add(told["v"])
            else:
                verdict.unanswered.append(f"{told}")
        verdict.decisions = len(self.ledger.decisions) - len(verdict.unanswered)
        wavering = sorted(user for user, seen in variants.items() if len(seen) > 1)
        verdict.unanswered += [f"{user} was given {sorted(variants[user])}" for user in wavering]

    # -- totals --------------------------------------------------------------------------------

    def totals(self, verdict: Verdict, counted: Iterable[Sequence[Any]]) -> None:
        """Compare what the roll-up says of each unit with what the ledger adds up to."""
        expected = self._expected()
        found = {row[0].hex: tuple(row[1:]) for row in counted}
        for unit in sorted(expected.keys() | found.keys()):
            if expected.get(unit) != found.get(unit):
                verdict.totals.append(f"{unit}: {found.get(unit)}, sent {expected.get(unit)}")

    def _expected(self) -> dict[str, tuple[int, int, int, int]]:
        """Impressions, clicks, orders and revenue of everybody who saw the test."""
        marks = {row.id.hex: row.mark for row in self.rows}
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        shown: dict[str, str] = {}
        bought = []
        for event in self._events():
            if marks.get(self.id_of(event)) != "":
                continue
            unit, kind = self._unit(event), event["type"]
            counts[unit][kind] += 1
            if kind == "impression":
                shown[unit] = min(shown.get(unit, "9"), event["occurred_at"])
            if kind == "purchase":
                bought.append((unit, event))
        for unit, event in bought:
            if unit in shown and event["occurred_at"] >= shown[unit]:
                counts[unit]["orders"] += 1
                counts[unit]["revenue"] += event["amount"]
        names = ("impression", "click", "orders", "revenue")
        return {unit: tuple(counts[unit][name] for name in names) for unit in shown}  # type: ignore[misc]

    def _events(self) -> Iterable[dict[str, Any]]:
        for batch in self.ledger.batches.values():
            yield from batch.of(*WRITTEN)

    def _unit(self, event: dict[str, Any]) -> str:
        if "token" in event:
            return self._signer.genuine(event["token"]).unit.hex()
        keys = tuple(key.encode() for key in FIXED["PSEUDONYM_KEYS"].split(","))
        return Pseudonyms(keys).of(self.shop.site, event["user_id"]).hex()
