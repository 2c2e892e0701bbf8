"""A rule as pages show it: its sentence and its size."""

from dataclasses import dataclass

from django.utils import timezone

from audiences import preview, sentences
from audiences.models import Segment
from audiences.preview import Sample, Size, Unknown
from engine.assignment import targeting
from engine.assignment.targeting import Rule
from engine.errors import InvalidInput
from workspace.models import Site

TINY = 0.01


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of a rule; `size` is None as long as nobody has counted."""

    sentence: str
    size: Size | Unknown | None = None

    @property
    def words(self) -> str:
        """How many of how many, to stand beside the percentage; or why nobody can say."""
        if isinstance(self.size, Size):
            return sentences.count(self.size)
        return "" if self.size is None else sentences.of_size(self.size)

    @property
    def percent(self) -> str:
        """The share that matches; empty where there is no number."""
        return sentences.percent(self.size) if isinstance(self.size, Size) else ""

    @property
    def bound(self) -> str:
        """What stands before the percentage: it is a bound, an estimate, or simply counted."""
        if not isinstance(self.size, Size) or self.is_tiny:
            return ""
        return "most" if self.size.at_most else "" if self.size.complete else "about"

    @property
    def is_tiny(self) -> bool:
        """Under 1 %, which is a bound already, and no more exact for being about that."""
        return 0 < self.share < TINY

    @property
    def share(self) -> float:
        """The same between 0 and 1, for a bar."""
        return self.size.matching / self.size.known if isinstance(self.size, Size) else 0.0


def rule_of(segment: Segment) -> Rule | None:
    """The rule of a segment; None for one that somebody wrote past the use-cases."""
    try:
        return targeting.read(segment.rule)
    except InvalidInput:
        return None


def line_of(rule: Rule | None, site: Site, found: Sample | Unknown | None) -> Line | None:
    """A rule in words; with its size among what was found, if somebody looked."""
    if rule is None:
        return None
    size = None if found is None else preview.size(rule, found, now_ms=now_ms())
    return Line(sentences.of(rule, currency=site.currency), size)


def now_ms() -> int:
    """Now, as profiles count time."""
    return int(timezone.now().timestamp() * 1000)
