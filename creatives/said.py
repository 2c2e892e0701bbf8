"""What a banner says and where it leads, as a person typed it: checked before it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from creatives import landing
from engine.errors import InvalidInput

ALT_LENGTH = 250


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a version in the first language; `alts` are alternative texts in the others."""

    alt: str
    landing_url: str
    decorative: bool = False
    alts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def checked(
        cls,
        alt: str,
        landing_url: str,
        *,
        decorative: bool = False,
        alts: Mapping[str, str] | None = None,
    ) -> "Words":
        """Raises InvalidInput; only what is decorative needs no alternative text."""
        said = "" if decorative and not alt.strip() else text(alt, "alt", ALT_LENGTH)
        others = {
            locale: line(words, f"alt_{locale}", ALT_LENGTH)
            for locale, words in (alts or {}).items()
        }
        return cls(said, landing.check(landing_url), decorative, others)


def text(value: str, field: str, length: int) -> str:
    """One line that says something; raises InvalidInput when it is empty or too long."""
    found = line(value, field, length)
    if not found:
        raise InvalidInput(_("This field is required."), field=field)
    return found


def line(value: str, field: str, length: int) -> str:
    """One line without spaces at its ends, maybe an empty one; raises InvalidInput."""
    found = " ".join(value.split())
    if len(found) > length:
        raise InvalidInput(_("At most %(n)s characters.") % {"n": length}, field=field)
    return found
