"""Every page of the product, each under some combination of theme, language, role and width.

The combinations are a covering array: every pair of values of two factors comes up. In the quick
tier each page is seen under one of them, in the nightly tier under all, one after the other.
"""

import importlib.util
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parent.parent.parent
FACTORS = {
    "theme": ("light", "dark"),
    "language": ("en", "zh-hans"),
    "role": ("administrator", "marketer", "manager"),
    "width": (320, 390, 1366),
}
NOT_OURS = {"admin", "api-docs"}  # drawn by Django and by Swagger
SEED = 7
HEIGHT = 844
SETTLES = 2_500  # milliseconds that a chart may take to follow the window

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Visit:
    """One page under one combination."""

    name: str
    path: str
    row: Row
    inside: bool  # behind the log-in


def _listed():
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "docs" / "screenshots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def covering(random_: random.Random) -> list[Row]:
    """Combinations in which every pair of values of two factors comes up, found greedily."""
    names = list(FACTORS)
    everything = [dict(zip(names, values, strict=True)) for values in product(*FACTORS.values())]
    open_pairs = {pair for row in everything for pair in _pairs(row)}
    random_.shuffle(everything)
    rows = []
    while open_pairs:
        best = max(everything, key=lambda row: len(open_pairs & set(_pairs(row))))
        open_pairs -= set(_pairs(best))
        rows.append(best)
    return rows


def _pairs(row: Row) -> Iterator[tuple]:
    yield from combinations(sorted(row.items()), 2)


def visits(row: Row | None = None) -> list[Visit]:
    """What is to be looked at, sorted so that contexts can be kept.

    Every page under `row`; without it each under some combination, all of which come up.
    """
    random_, screenshots = random.Random(SEED), _listed()
    rows = covering(random_)
    found = []
    for pages, inside in ((screenshots.ANYBODY, False), (screenshots.MEMBERS, True)):
        names = [name for name in pages if name not in NOT_OURS]
        random_.shuffle(names)
        found += [
            Visit(name, pages[name], row or rows[n % len(rows)], inside)
            for n, name in enumerate(names)
        ]
    return sorted(found, key=lambda v: (v.inside, *map(str, v.row.values())))


def flaws(page) -> list[str]:
    """What axe finds, in short."""
    found = Axe().run(page).response["violations"]
    return [f"{flaw['id']}: {flaw['nodes'][0]['html'][:160]}" for flaw in found]


def overflow(page, wanted: int) -> str:
    """What makes the page wider than the window; '' when it fits."""
    for _again in range(SETTLES // 250):
        if page.evaluate("document.documentElement.scrollWidth") <= wanted:
            return ""
        page.wait_for_timeout(250)
    return page.evaluate(
        """wanted => [...document.querySelectorAll("body *")]
          .filter(e => e.getBoundingClientRect().right > wanted + 1)
          .slice(-1).map(e => "too wide: " + e.outerHTML.slice(0, 160))[0] ?? "too wide" """,
        wanted,
    )


# Five English words in a row are a sentence; fewer may be a name.
WORDS = 5
SENTENCE = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[,;:]?\s+[A-Za-z'’]+){4,}")
READ = """() => {
  const skip = ["code", "pre", "kbd", "script", "style", "textarea", "svg", "iframe", "noscript",
    "[lang]:not(html)", "[translate=no]"].join();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest(skip) && parentElement.checkVisibility()) texts.push(textContent);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"])
    for (const element of document.querySelectorAll(`[${name}]`))
      if (!element.closest("[lang]:not(html)")) texts.push(element.getAttribute(name));
  return texts.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
ROOMS = ("audiences", "banner_lab", "creatives", "delivery", "engine", "experiments", "workspace")


def english(page, ours: str, names: frozenset[str]) -> list[str]:
    """Sentences of a Chinese page that our own sources have in English."""
    found = []
    for text in dict.fromkeys(page.evaluate(READ)):
        for match in SENTENCE.finditer(text):
            words = match.group().split()
            if " ".join(words[:WORDS]) in ours and not any(name in text for name in names):
                found.append(text[:160])
                break
    return found


def our_words() -> str:
    """All that templates and code say, but for the demo's shop and its banners."""
    files = [f for f in (ROOT / "templates").rglob("*.html") if "demo" not in f.parts]
    for room in ROOMS:
        files += (ROOT / room).rglob("*.py")
    text = " ".join(file.read_text(encoding="utf-8") for file in files)
    return re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*"', "", text))
