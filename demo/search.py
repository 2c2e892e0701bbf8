"""Looking for products in the words of either language, whichever the page is in.

A query's terms must all be found; where they are found says how well a product fits. Latin words
are found by their beginning ("boots" finds "boot"); Chinese has no spaces, so its terms are found
anywhere, and one that is found nowhere is tried in pairs of characters ("咖啡手冲"). Letters that
stand alone and the little words of Chinese ("防水的鞋") say nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils import translation

from demo.catalogue import BRANDS, CATEGORIES, PRODUCTS
from demo.wares import Product

LONGEST_QUERY = 100
FIRST = 6  # results that say what a search was about
# Where a term was found -> what it is worth: names are what people search by.
NAME, BRAND, SHELF, WORDS, LEAD, REST = 16, 12, 8, 8, 4, 1
_CHINESE = re.compile(r"[㐀-䶿一-鿿]")
_WORD = re.compile(r"[^\W_]+")
_LITTLE = re.compile("[的和与跟]")


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a query; `cut` says that the query was longer than what was looked for."""

    query: str
    cut: bool
    products: tuple[Product, ...]

    @property
    def categories(self) -> tuple[str, ...]:
        """What the search was about: the categories of its best results, each once."""
        return tuple(dict.fromkeys(product.category for product in self.products[:FIRST]))


@dataclass(frozen=True, slots=True)
class _Field:
    """A text to look into, and its Latin words."""

    worth: int
    text: str
    words: frozenset[str]


def find(raw: str) -> Found:
    """The products that a query as it was typed finds, the best first."""
    query = " ".join(_visible(raw).split())
    kept = query[:LONGEST_QUERY].strip()
    terms = _terms(kept)
    scored = [(score, key) for key in PRODUCTS if terms and (score := _score(key, terms))]
    ranked = sorted(scored, key=lambda one: -one[0])  # equals stay in the order of the shelves
    return Found(kept, len(query) > LONGEST_QUERY, tuple(PRODUCTS[key] for _, key in ranked))


def _terms(query: str) -> tuple[str, ...]:
    words = _WORD.findall(_LITTLE.sub(" ", _plain(query)))
    return tuple(word for word in words if len(word) > 1 or _CHINESE.match(word))


def _visible(text: str) -> str:
    """Without control characters and the like: nobody means them, and a log may not take them."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def _plain(text: str) -> str:
    """One form for what looks alike: full width and half width, capital and small."""
    return unicodedata.normalize("NFKC", text).casefold()


def _score(key: str, terms: tuple[str, ...]) -> int:
    """How well a product fits all terms; 0 when it lacks one."""
    worth = [_worth(term, _fields()[key]) for term in terms]
    return sum(worth) if all(worth) else 0


def _worth(term: str, fields: tuple[_Field, ...]) -> int:
    best = _best(term, fields)
    if best or not _CHINESE.search(term) or len(term) < len("双字词"):
        return best
    pairs = [_best(term[at : at + 2], fields) for at in range(len(term) - 1)]
    # Pairs across two words mean nothing, so half of them will do.
    return max(pairs) if 2 * sum(map(bool, pairs)) >= len(pairs) else 0


def _best(term: str, fields: tuple[_Field, ...]) -> int:
    return max((field.worth for field in fields if _holds(field, term)), default=0)


def _holds(field: _Field, term: str) -> bool:
    if _CHINESE.search(term):
        return term in field.text
    return any(word.startswith(form) for form in _forms(term) for word in field.words)


def _forms(term: str) -> Iterator[str]:
    """The term, and what is likely to be its singular."""
    yield term
    for ending in ("es", "s"):
        if term.endswith(ending) and len(term) - len(ending) >= len("mug"):
            yield term.removesuffix(ending)


@cache
def _fields() -> dict[str, tuple[_Field, ...]]:
    return {key: tuple(_of(product)) for key, product in PRODUCTS.items()}


def _of(product: Product) -> Iterator[_Field]:
    brand, shelf = BRANDS[product.brand], CATEGORIES[product.category]
    yield _field(NAME, [product.name])
    yield _field(BRAND, [brand.key, brand.name])
    yield _field(SHELF, [shelf.key, shelf.name, *shelf.also])
    yield _field(WORDS, product.also)
    yield _field(LEAD, [product.lead])
    yield _field(REST, [product.story, *product.facts])


def _field(worth: int, texts: Iterable[object]) -> _Field:
    said = list(texts)
    text = _plain(" · ".join(" · ".join(map(str, said)) for _ in _each_language()))
    return _Field(worth, text, frozenset(_WORD.findall(text)))


def _each_language() -> Iterator[None]:
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            yield
