"""What the crowd itself knows of a run, decision by decision: the other side of the comparison.

It is written down from the answers of the data plane and the declared rates, never from what the
product has counted.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from demo.leanings import Call


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision and what came of it.

    Attributes:
        call: The visit for which it was made.
        variant: What was drawn.
        explored: By the exploration slice, else by the policy.
        propensity: With what probability, as the answer says.
        segment: The segment that matched, or "".
        late: The profile could not be had in time: the policy did without.
        clicked: What the shopper did.
    """

    call: Call
    variant: str
    explored: bool
    propensity: float
    segment: str
    late: bool
    clicked: bool


Worth = Callable[[Decided], float]


def rate_of_kind(decided: Decided) -> float:
    """The chance with which this very visit ended in a click."""
    return decided.call.leaning.rates[decided.variant]


@dataclass(slots=True)
class Ledger:
    """All decisions of a run, round by round."""

    rounds: list[list[Decided]] = field(default_factory=list)

    def __iter__(self) -> Iterator[Decided]:
        return (decided for decisions in self.rounds for decided in decisions)

    def of(self, *, explored: bool) -> list[Decided]:
        """The decisions of one branch: the exploration slice, or the policy."""
        return [decided for decided in self if decided.explored == explored]

    def clicks(self, *, explored: bool) -> int:
        return sum(decided.clicked for decided in self.of(explored=explored))

    def click_rate(self, *, explored: bool) -> float:
        """Clicks per visit, as they happened; 0 visits are an error."""
        return self.clicks(explored=explored) / len(self.of(explored=explored))

    def value(self, worth: Worth, *, explored: bool) -> float:
        """The true clicks per visit of a branch: the mean true rate of what it has drawn.

        What is wanted is the mean over its decisions of Σᵥ propensityᵥ · rateᵥ. An answer tells the
        propensity of the drawn variant only, but the rate of the drawn variant has just that
        expectation. Clicks differ from it by chance alone, however the policy has moved.
        """
        decisions = self.of(explored=explored)
        return sum(map(worth, decisions)) / len(decisions)

    def shares(self) -> Counter[tuple[str, bool]]:
        """How often each variant was drawn, by branch (True is the slice)."""
        return Counter((decided.variant, decided.explored) for decided in self)
