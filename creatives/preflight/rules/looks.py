"""What can be seen of it: contrast, small things, and whether it has been seen before."""

from collections.abc import Iterator
from string import digits

from django.utils.translation import gettext as _

from creatives.models import Placement
from creatives.preflight.findings import Finding, blocking, passed, warning
from creatives.preflight.subject import Subject

# WCAG 2.2, 1.4.3: 4.5 for text, 3 for large text.
TEXT = 4.5
LARGE_TEXT = 3.0
LARGE = "headline"
"""Headlines are the one slot that every design sets in 24 CSS pixels or more on a desktop."""
PHONE = 360
"""CSS pixels of the narrowest phones in use."""
LOST = 0.4
"""Share of the fine detail that may be lost on a phone.

Measured: photographs 0.16 to 0.18, banners with a headline and a line of text 0.21 to 0.28; filled
with words of 12 CSS pixels on the phone 0.37, of 9 pixels 0.42, of 6 pixels 0.58.
"""


def contrast(about: Subject) -> Iterator[Finding]:
    """Every word of a composed banner can be told from what lies behind it.

    Of a picture nobody knows where its words are: nothing is said of it.
    """
    measured = about.facts.contrast
    if not about.is_composed or not measured:
        return
    low = {name: ratio for name, ratio in measured.items() if ratio < TEXT}
    if not low:
        yield passed("contrast", _("Every word can be told from what lies behind it."))
        return
    grave = {name: ratio for name, ratio in low.items() if not _is_large_enough(name, ratio)}
    name, ratio = min((grave or low).items(), key=lambda pair: pair[1])
    words = {"text": name, "ratio": f"{ratio:.1f}", "least": TEXT}
    sentence = _("“%(text)s” has a contrast of %(ratio)s over what lies behind it.") % words
    remedy = _("Choose another palette or a calmer picture: %(least)s is needed.") % words
    yield (blocking if grave else warning)("contrast", sentence, remedy)


def _is_large_enough(name: str, ratio: float) -> bool:
    """Enough for large letters: on phones a headline may be smaller, so somebody should look."""
    return name.partition("@")[0].rstrip(digits) == LARGE and ratio >= LARGE_TEXT


def legible(about: Subject) -> Iterator[Finding]:
    """Scaled down to a phone, a picture still shows what it shows on a desktop."""
    if about.is_composed or not about.facts.look:
        return
    for placement in about.placements:
        if _shrinks(placement):
            yield _legible(about.facts.fine, placement)


def _legible(lost: float, placement: Placement) -> Finding:
    if lost <= LOST:
        return passed("legible", _("It can be read on a phone."), placement=placement.key)
    return warning(
        "legible",
        _("On a phone %(percent)s %% of its fine detail is lost: small words cannot be read.")
        % {"percent": round(100 * lost)},
        _("Give the placement a size for phones and cut the picture for it, or use larger words."),
        placement=placement.key,
    )


def _shrinks(placement: Placement) -> bool:
    """Whether phones show the desktop's picture, smaller."""
    return placement.phone_width is None and placement.width > PHONE


def lookalike(about: Subject) -> Iterator[Finding]:
    """It is not nearly the same as another creative: a test of the two would compare nothing."""
    if not about.facts.look:
        return
    if not about.alikes:
        yield passed("lookalike", _("No other creative looks like it."))
        return
    nearest = about.alikes[0]
    sentence = _("It looks nearly like “%(name)s”.") % {"name": nearest.name}
    yield warning(
        "lookalike",
        f"{sentence} {nearest.story}".strip(),
        _("Use that one, or say why there are two."),
        link=nearest.key,
    )
