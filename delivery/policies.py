"""Policies made ready: tables of buckets, from which a hash picks.

A policy answers with a probability per variant (whole buckets), the draw happens here, and the
probability that was in force goes into the offer. A capped variant leaves the table before the
draw; the smaller tables are worked out once each.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from delivery import offers
from delivery.learnt import Entry
from delivery.offers import Offer, Terms
from delivery.snapshot import ExperimentEntry, PolicyEntry
from delivery.token import EXPLORED
from engine.assignment import allocation
from engine.assignment.hashing import BUCKETS, bucket
from engine.assignment.recipe import Reason
from engine.assignment.targeting import compile as compiled
from engine.assignment.targeting import needs_profile
from engine.profiles.features import Value

Lookup = Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Table:
    """Buckets per variant under some terms; `widths` sum to 10,000, a width may be 0."""

    entry: ExperimentEntry
    widths: tuple[int, ...]
    terms: Terms
    offers: tuple[Offer, ...] = field(init=False, repr=False)
    ends: tuple[int, ...] = field(init=False, repr=False)
    _smaller: dict[int, "Table | None"] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        ready = tuple(
            offers.split(self.entry, variant, width / BUCKETS, self.terms)
            for variant, width in zip(self.entry.variants, self.widths, strict=True)
        )
        object.__setattr__(self, "offers", ready)
        object.__setattr__(self, "ends", tuple(accumulate(self.widths)))

    def draw(self, seed: str, drawn_on: str) -> int:
        """The variant, by its place, that owns the bucket."""
        return bisect_right(self.ends, bucket(seed, drawn_on))

    def without(self, capped: int) -> "Table | None":
        """The table of what is left when the variants of a bit mask may not be shown."""
        if capped not in self._smaller:
            self._smaller[capped] = self._cut(capped)
        return self._smaller[capped]

    def _cut(self, capped: int) -> "Table | None":
        left = [0 if capped >> place & 1 else width for place, width in enumerate(self.widths)]
        if not sum(left):
            return None
        return Table(self.entry, allocation.widths(left), self.terms)


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A segment's table, and the question whether somebody belongs to it."""

    segment: str
    matches: Callable[[Lookup], bool]
    table: Table


@dataclass(frozen=True, slots=True)
class ReadyPolicy:
    """A policy that is not fixed.

    Attributes:
        kind: `rules` or `thompson`.
        explore_seed: What the exploration slice is drawn with; on the visitor, so that it stays.
        explore_below: Visitors of lower buckets belong to it.
        exploring: Its table: everything with the same probability.
        rules: Of `rules`, in order; the first that matches sets the table.
        usual: Of everybody else: the weights set by hand, or what has been learned.
        late: The same, for when the profile could not be had in time.
        needs_profile: A rule asks for more than the request can tell.
    """

    kind: str
    explore_seed: str
    explore_below: int
    exploring: Table
    rules: tuple[ReadyRule, ...]
    usual: Table
    late: Table
    needs_profile: bool

    def explores(self, unit: str) -> bool:
        """Whether a visitor belongs to the exploration slice."""
        return bucket(self.explore_seed, unit) < self.explore_below

    def drawn_on(self, unit: str, session: str) -> str:
        """Learning policies draw anew for each visit, so that weights can move between visits."""
        return f"{unit}\x1f{session}" if session and self.kind == "thompson" else unit


def ready(
    entry: ExperimentEntry, policy: PolicyEntry, learnt: Entry | None, *, flags: int = 0
) -> ReadyPolicy:
    """Make a policy ready, with what it has learned in this phase; `flags` are in all tokens."""
    version, usual = _usual(entry, learnt)
    kind = policy.kind

    def table(
        widths: Sequence[int], reason: Reason, *, segment: str | None = None, more: int = 0
    ) -> Table:
        return Table(entry, tuple(widths), Terms(reason, kind, version, segment, flags | more))

    even = allocation.widths([1] * len(entry.variants))
    return ReadyPolicy(
        kind=kind,
        explore_seed=f"{entry.seed}:{entry.phase}:explore",
        explore_below=policy.exploration,
        exploring=table(even, Reason.EXPLORATION, more=EXPLORED),
        rules=tuple(
            ReadyRule(
                rule.segment,
                compiled(rule.rule),
                table(rule.widths, Reason.TARGETING_MATCH, segment=rule.segment),
            )
            for rule in policy.rules
        ),
        usual=table(usual, Reason.SPLIT),
        late=table(usual, Reason.DEFAULT),
        needs_profile=any(needs_profile(rule.rule) for rule in policy.rules),
    )


def _usual(entry: ExperimentEntry, learnt: Entry | None) -> tuple[int, tuple[int, ...]]:
    """The version and the widths in force: the weights set by hand until something is learned."""
    by_hand = tuple(end - start for start, end in (v.range for v in entry.variants))
    if learnt is None or learnt.phase != entry.phase:
        return 0, by_hand
    known: Mapping[int, int] = dict(learnt.widths)
    widths = tuple(known.get(variant.id, 0) for variant in entry.variants)
    return (learnt.version, widths) if sum(widths) == BUCKETS else (0, by_hand)


def choose(policy: ReadyPolicy, unit: str, lookup: Lookup, *, late: bool) -> Table:
    """The table that applies to a visitor: slice, else the first rule that matches, else usual.

    `late`: something was to be looked up and did not come in time.
    """
    if policy.explores(unit):
        return policy.exploring
    if late:
        return policy.late
    for rule in policy.rules:
        if rule.matches(lookup):
            return rule.table
    return policy.usual
