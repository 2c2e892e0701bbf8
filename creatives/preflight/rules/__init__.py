"""The checks, in the order in which people read what they found.

Each is a function of a subject; it yields findings of its own key only. What cannot be known
yields nothing: that nobody measured is not a pass.
"""

from collections.abc import Callable, Iterable, Mapping

from creatives.preflight.findings import Finding
from creatives.preflight.rules import keeping, links, looks, moving, prices, promises, sizes, words
from creatives.preflight.subject import Subject

Rule = Callable[[Subject], Iterable[Finding]]

RULES: Mapping[str, Rule] = {
    "fit": sizes.fit,
    "weight": sizes.weight,
    "alt": words.alt,
    "text_length": words.text_length,
    "overflow": words.overflow,
    "landing_allowed": links.allowed,
    "landing_alive": links.alive,
    "contrast": looks.contrast,
    "legible": looks.legible,
    "lookalike": looks.lookalike,
    "motion_allowed": moving.allowed,
    "motion_length": moving.length,
    "reduced_motion": moving.reduced,
    "expiry": promises.expiry,
    "schedule": promises.schedule,
    "price": prices.price,
    "licence": keeping.licence,
    "owner": keeping.owner,
}
