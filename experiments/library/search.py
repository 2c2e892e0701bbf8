"""Finding finished tests by what is written about them: full text for words, parts for Chinese.

Words go through PostgreSQL's `english` (red finds reds) and `simple` (names, codes, every other
language); both are in every PostgreSQL. Chinese has no spaces, so it is found as a part of a text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector
from django.db.models import Case, F, FloatField, Func, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from creatives.models import Version
from experiments.library import asking
from experiments.library.asking import Term
from experiments.models import Experiment, Variant
from workspace.models import Site

CONFIGS: Final = ("english", "simple")
OWN: Final = (
    ("name", "A"),
    ("tags", "A"),
    ("takeaways", "B"),
    ("hypothesis", "B"),
    ("decision_reason", "C"),
    ("key", "C"),
)
"""Where the words of a test itself lie, and how much a hit there weighs."""
NEWEST: Final = ("-stopped_at", "-id")
WORTH: Final = {"A": 1.0, "B": 0.4, "C": 0.2}
"""PostgreSQL's own weights, for the hits that its ranking does not see."""


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of what was found, best first; `loose` when nothing has every term, but these some."""

    ids: tuple[int, ...]
    loose: bool = False


def search(rows: QuerySet[Experiment], text: str, *, site: Site) -> Found:
    """The rows of a site about which all of it is written; if there are none, those with some."""
    wanted = asking.terms(text)
    if not wanted:
        return Found(())
    hits = _hits(rows, wanted, site)
    every = {pk: n for pk, n in hits.items() if n == len(wanted)}
    if every:
        return Found(_best_first(rows, wanted, every))
    pairs = asking.looser(wanted)
    some = hits if pairs == wanted else _hits(rows, pairs, site)
    return Found(_best_first(rows, pairs, some), loose=True)


def _hits(rows: QuerySet[Experiment], wanted: Sequence[Term], site: Site) -> dict[int, int]:
    """How many of the terms are written about a row; rows with none are left out.

    No row is filtered by the database: it would look for every term a second time.
    """
    points = reduce(_plus, (_points(_said_of(term, site), 1.0) for term in wanted))
    found = rows.annotate(hits=points).values_list("pk", "hits")
    return {pk: round(hits) for pk, hits in found if hits}


def _best_first(
    rows: QuerySet[Experiment], wanted: Sequence[Term], hits: dict[int, int]
) -> tuple[int, ...]:
    """Most terms first, then where they stand and how often, then the newest."""
    ranked = _ranked(rows.filter(pk__in=hits), wanted).order_by("-rank", *NEWEST)
    ids: list[int] = list(ranked.values_list("pk", flat=True))
    return tuple(sorted(ids, key=lambda pk: -hits[pk]))


def _ranked(rows: QuerySet[Experiment], wanted: Sequence[Term]) -> QuerySet[Any]:
    """With `rank`: where the terms stand, and how often."""
    parts: list[Any] = [
        _points(Q(**{f"{name}__icontains": part}), WORTH[weight])
        for term in wanted
        for part in term.parts
        for name, weight in OWN
        if name != "tags"
    ]
    words = [_rank(term) for term in wanted if term.words]
    return rows.annotate(rank=reduce(_plus, parts + words, Value(0.0)))


def _plus(one: Any, other: Any) -> Any:  # noqa: ANN401 - expressions of the database
    return one + other


def _points(condition: Q, points: float) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0.0), output_field=FloatField())


def _rank(term: Term) -> SearchRank:
    vectors = [
        SearchVector(_spaced(name), weight=weight, config=config)
        for name, weight in OWN
        for config in CONFIGS
    ]
    return SearchRank(reduce(_plus, vectors), _query(term.words))


def _said_of(term: Term, site: Site) -> Q:
    """Written in the test itself, in the name of a variant, or on a banner that it showed."""
    variants = _with(Variant.objects.filter(experiment__site=site), term, ("name",)).values(
        "experiment"
    )
    copy = _with(Version.objects.filter(creative__site=site), term, ("creative__name", "alt"))
    shown = Variant.objects.filter(creative__in=copy.values("creative")).values("experiment")
    own = _with(Experiment.objects.filter(site=site), term, [name for name, _weight in OWN]).values(
        "pk"
    )
    return Q(pk__in=own) | Q(pk__in=variants) | Q(pk__in=shown)


def _with(rows: QuerySet[Any], term: Term, names: Sequence[str]) -> QuerySet[Any]:
    has = Q()
    if term.words:
        vectors = [SearchVector(*map(_spaced, names), config=config) for config in CONFIGS]
        rows = rows.annotate(said=reduce(_plus, vectors))
        has = Q(said=_query(term.words))
    rows = rows.annotate(all_tags=Cast("tags", TextField())) if "tags" in names else rows
    for part in term.parts:
        for name in names:
            has |= Q(**{f"{'all_tags' if name == 'tags' else name}__icontains": part})
    return rows.filter(has)


def _query(words: Sequence[str]) -> Any:  # noqa: ANN401 - SearchQuery or a combination of them
    queries = [SearchQuery(word, config=config) for word in words for config in CONFIGS]
    beginnings = [
        SearchQuery(f"'{word}':*", config="simple", search_type="raw")
        for word in words
        if len(word) >= asking.SHORTEST_BEGINNING and word.isalnum()
    ]
    return reduce(or_, queries + beginnings)


def _spaced(name: str) -> Combinable:
    """A text with spaces around its Chinese: 用red按钮 has the word red."""
    text = Cast(F(name), TextField())
    return Func(
        text,
        Value(f"({asking.CJK_RUN})"),
        Value(r" \1 "),
        Value("g"),
        function="regexp_replace",
        output_field=TextField(),
    )
