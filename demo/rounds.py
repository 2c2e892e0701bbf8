"""A crowd that comes in rounds, so that a policy can learn or be tried between them.

It knows the data plane by its public addresses only. In each visit, which is a session of its own,
a shopper perhaps looks at some products, asks for one banner, sees it, and clicks with the true
rate that its world declares.
"""

import datetime as dt
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType

from demo.leanings import Call, LeaningWorld
from demo.ledger import Decided, Ledger
from demo.shoppers import BATCH, SLOWEST_START, THREADS, Door, Json, Line, ShoppersFailed
from engine.errors import Unavailable

LOOKED_AT_ONCE = 20  # shoppers whose looks travel together: folded before the first of them asks on
PROBES = 12  # visits that nobody counts, to see whether what is in force has changed
NEWS_PATIENCE = 3.0  # seconds for new parameters to reach the data plane; it reads each second
AGREED = {"measurement": True, "personalisation": True}

When = Callable[[], dt.datetime]


@dataclass(slots=True)
class RoundCrowd:
    """Sends rounds of a world's visits through an experiment on a placement, and keeps a ledger."""

    door: Door
    placement: str
    experiment: str
    world: LeaningWorld
    ledger: Ledger = field(default_factory=Ledger)
    _lines: list[Line] = field(init=False)
    _name: str = field(init=False)
    _in_force: dict[str, tuple[str, float]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._lines = [Line(self.door) for _ in range(THREADS)]
        # Shoppers of two runs are different people, also with the same seed.
        self._name = f"round-{self.world.seed}-{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> "RoundCrowd":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line in self._lines:
            line.close()

    def wait_until_live(self) -> None:
        """Ask until the experiment answers.

        Raises:
            Unavailable: It does not reach the data plane.
        """
        end = time.monotonic() + SLOWEST_START
        while self._ask(self._lines[0], "look", "s").get("experiment") != self.experiment:
            if time.monotonic() > end:
                raise Unavailable("The experiment has not reached the data plane.")
            time.sleep(0.2)
        self._in_force = self._probe()

    def send(self, calls: Sequence[Call], *, when: When | None = None) -> list[Decided]:
        """One round; `when` dates what was seen back, as a server that catches up does."""
        parts = [calls[place :: len(self._lines)] for place in range(len(self._lines))]
        with ThreadPoolExecutor(len(self._lines), thread_name_prefix="rounds") as pool:
            done = pool.map(self._work, self._lines, parts, [when] * len(parts))
            decided = [one for some in done for one in some]
        self.ledger.rounds.append(decided)
        return decided

    def wait_for_news(self) -> bool:
        """Wait until some visitor's probabilities are others than before; whether they became so.

        Widths move in whole buckets, so a policy that has settled may have no news.
        """
        end = time.monotonic() + NEWS_PATIENCE
        while (now := self._probe()) == self._in_force:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        self._in_force = now
        return True

    def _probe(self) -> dict[str, tuple[str, float]]:
        """What a few visitors would get. A decision without an impression counts nowhere."""
        asked = {
            name: self._ask(self._lines[0], name, "probe")
            for name in (f"{self._name}-probe-{number}" for number in range(PROBES))
        }
        return {name: (d["variant"] or "", d["propensity"]) for name, d in asked.items()}

    def _work(self, line: Line, calls: Sequence[Call], when: When | None) -> list[Decided]:
        decided, waiting, rest = list[Decided](), list[Json](), iter(calls)
        while some := list(islice(rest, LOOKED_AT_ONCE)):
            _report(line, [look for call in some for look in self._looks(call)])
            for call in some:
                answer = self._decision(line, call)
                decided.append(_decided(call, answer))
                waiting += _seen(answer, clicked=decided[-1].clicked, when=when)
        _report(line, waiting)
        return decided

    def _user(self, call: Call) -> str:
        return f"{self._name}-{call.shopper}"

    def _looks(self, call: Call) -> Iterator[Json]:
        for place, look in enumerate(call.leaning.looks):
            yield {
                "type": "product_view",
                "id": f"{self._name}-{call.number}-{place}",
                "user_id": self._user(call),
                "properties": dict(look),
            }

    def _decision(self, line: Line, call: Call) -> Json:
        answer = self._ask(line, self._user(call), f"{self._name}-{call.number}")
        shown = answer.get("experiment") == self.experiment
        if not shown or answer.get("variant") not in call.leaning.rates:
            raise ShoppersFailed(
                f"A shopper got {answer.get('reason')} instead of a variant of the simulation."
            )
        return answer

    def _ask(self, line: Line, user: str, session: str) -> Json:
        wish = {
            "user_id": user,
            "session_id": session,
            "placements": [self.placement],
            "consent": AGREED,
        }
        return dict(line.post("/api/v1/decide", wish)["decisions"][self.placement])


def _decided(call: Call, answer: Json) -> Decided:
    return Decided(
        call=call,
        variant=answer["variant"],
        explored=answer["reason"] == "EXPLORATION",
        propensity=answer["propensity"],
        segment=answer.get("segment") or "",
        late=answer["reason"] == "DEFAULT",
        clicked=call.luck < call.leaning.rates[answer["variant"]],
    )


def _seen(answer: Json, *, clicked: bool, when: When | None) -> list[Json]:
    at = {"occurred_at": when().isoformat()} if when else {}
    kinds = ["impression"] + ["click"] * clicked
    return [{"type": kind, "token": answer["token"]} | at for kind in kinds]


def _report(line: Line, events: Sequence[Json]) -> None:
    for start in range(0, len(events), BATCH):
        answer = line.post("/api/v1/events", {"events": events[start : start + BATCH]})
        if answer["rejected"]:
            raise ShoppersFailed(f"Events were refused: {answer['rejected'][:3]}")
