"""Headlines from the facts of a product, offline: each of its claims is one of the feed's fields.

The words between are invitations and prepositions: they claim nothing. What holds for the product
is never said of its whole category or brand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from creatives import prices
from creatives.designs.model import columns
from creatives.models import Product

PERCENT: Final = 100
MOST_FACTS: Final = 4
LONGEST_FACT: Final = 24


@dataclass(frozen=True, slots=True)
class Claim:
    """A text, and the fields of the product that it speaks of."""

    text: str
    fields: tuple[str, ...]


# Every pattern with the values it needs. `title` and `price` every product has.
ENGLISH: Final = (
    "{title}", "{title} for {price}", "{title}: {price}", "{price}: {title}", "Meet {title}",
    "Have a look at {title}", "Here is {title}", "See {title}", "This is {title}",
    "Take {title} home", "{title} is here", "Say hello to {title}", "Take a look: {title}",
    "{title}, yours for {price}", "Yours for {price}: {title}", "{title} at {price}",
    "Come and see {title}", "Looking for {title}?", "{title}. Have a look.", "{title}? {price}.",
    "Just {title}", "{price} for {title}",
    "{title} by {brand}", "{brand}: {title}", "From {brand}: {title}", "{brand} presents {title}",
    "{title} by {brand}, {price}", "{brand} for {price}: {title}",
    "{category}: {title}", "In {category}: {title}", "{title}, in {category}",
    "{category} by {brand}",
    "{percent} off {title}", "Save {saving} on {title}", "{title}, now {price} instead of {was}",
    "{title}: {percent} less", "{price} instead of {was}: {title}", "{title}, {saving} less",
    "Was {was}, now {price}: {title}",
    "{title}: {fact}", "{fact}: {title}", "{title} with {fact}", "{fact}. {title}.",
)  # fmt: skip
CHINESE: Final = (
    "{title}", "{title}，{price}", "{title}：{price}", "{price}：{title}", "认识一下{title}",
    "看看{title}", "这就是{title}", "{title}在这里", "来看{title}", "把{title}带回家",
    "你好，{title}", "在找{title}吗？", "{title}，等你来看", "{title}，售价 {price}",
    "{price}，{title}带回家", "{price} 的{title}", "{title}，了解一下", "来，看看{title}",
    "走近{title}", "请看：{title}", "{title}，就在眼前", "为你介绍{title}",
    "{brand} {title}", "{brand}：{title}", "来自{brand}：{title}", "{brand}为你带来{title}",
    "{brand} {title}，{price}", "{brand}，{price}：{title}",
    "{category}：{title}", "{category}里的{title}", "{title} · {category}", "{brand}{category}",
    "{title}，省 {saving}", "立省 {saving}：{title}", "{title}，原价 {was}，现价 {price}",
    "{title}，降价 {percent}", "{was} → {price}：{title}", "降价 {percent}：{title}",
    "原价 {was}，现在 {price}：{title}",
    "{title}：{fact}", "{fact}：{title}", "{title}，{fact}", "{fact}，{title}",
)  # fmt: skip


def headlines(product: Product, locale: str, *, longest: int = 10_000) -> list[Claim]:
    """All headlines of a product in English or Chinese that fit `longest` columns, each once.

    A discount is spoken of only where the price before was higher.
    """
    patterns = CHINESE if locale.startswith("zh") else ENGLISH
    found: dict[str, Claim] = {}
    for pattern in patterns:
        for claim in _filled(pattern, product):
            if columns(claim.text) <= longest:
                found.setdefault(claim.text, claim)
    return list(found.values())


def evidence(product: Product) -> dict[str, str]:
    """Every value that a headline may contain, by the field that proves it."""
    said = {"title": product.title, "price": prices.say(product.price, product.currency)}
    said |= {"category": product.category}
    if product.brand.lower() not in product.title.lower():
        said["brand"] = product.brand  # “Heron kettle by Heron” says it twice
    said |= _discount(product) | facts_of(product)
    return {name: text for name, text in said.items() if text}


def facts_of(product: Product) -> dict[str, str]:
    """The short facts of the feed, each as it will be said."""
    facts = product.facts if isinstance(product.facts, dict) else {}
    short = {
        f"facts.{name}": f"{name} {text}"
        for name, text in facts.items()
        if isinstance(text, str | int | float) and 0 < len(str(text)) <= LONGEST_FACT
    }
    return dict(list(short.items())[:MOST_FACTS])


def _discount(product: Product) -> dict[str, str]:
    """What a shop may say of a price that was higher; rounded down, it promises no more."""
    before = product.old_price or 0
    percent = (before - product.price) * PERCENT // before if before > product.price else 0
    if percent < 1:
        return {}
    return {
        "was": prices.say(before, product.currency),
        "saving": prices.say(before - product.price, product.currency),
        "percent": f"{percent} %",
    }


def _filled(pattern: str, product: Product) -> Iterator[Claim]:
    """The pattern with the product's values: once, or once for each of its facts."""
    known = evidence(product)
    facts = {name: text for name, text in known.items() if name.startswith("facts.")}
    if "{fact}" in pattern:
        for name, text in facts.items():
            yield from _with(pattern, {**known, "fact": text}, named={"fact": name})
    else:
        yield from _with(pattern, known, named={})


def _with(pattern: str, values: Mapping[str, str], named: Mapping[str, str]) -> Iterator[Claim]:
    slots = [part.split("}")[0] for part in pattern.split("{")[1:]]
    if all(slot in values for slot in slots):
        text = " ".join(pattern.format_map({slot: values[slot] for slot in slots}).split())
        yield Claim(text, tuple(FIELDS.get(slot, named.get(slot, slot)) for slot in slots))


# Where a value comes from, when it is not a field of its own name.
FIELDS: Final = {
    "was": "old_price",
    "saving": "old_price",
    "percent": "old_price",
}
