"""The languages of a shop: BCP 47 tags, the first one for everybody whose own is not among them."""

import re

from django.utils.translation import gettext_lazy as _

from engine.errors import InvalidInput

MOST = 12
LENGTH = 35
# RFC 5646: language, extended language, script, region, variants, extensions, private use.
TAG = re.compile(
    r"""(?xi) \A
    (?: [a-z]{2,3} (?:-[a-z]{3}){0,3} | [a-z]{4,8} )
    (?: -[a-z]{4} )?
    (?: -(?:[a-z]{2}|[0-9]{3}) )?
    (?: -(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}) )*
    (?: -[0-9a-wyz](?:-[a-z0-9]{2,8})+ )*
    (?: -x(?:-[a-z0-9]{1,8})+ )?
    \Z"""
)
SCRIPT, REGION = 4, 2


def check(tags: list[str]) -> list[str]:
    """The tags as the registry writes them, each once; raises InvalidInput."""
    found = list(dict.fromkeys(map(tag, tags)))
    if not found:
        raise InvalidInput(_("A shop speaks at least one language."), field="locales")
    if len(found) > MOST:
        raise InvalidInput(_("At most %(n)s languages.") % {"n": MOST}, field="locales")
    return found


def tag(text: str) -> str:
    """One tag in its usual writing, such as zh-Hans; raises InvalidInput.

    >>> tag("ZH-hans-cn"), tag("pt_br")
    ('zh-Hans-CN', 'pt-BR')
    """
    asked = text.strip().replace("_", "-")
    if len(asked) > LENGTH or not TAG.match(asked):
        raise InvalidInput(
            _("“%(tag)s” is not a language tag. Write it like en, pt-BR or zh-Hans.")
            % {"tag": text[: 2 * LENGTH]},
            field="locales",
        )
    first, *rest = asked.lower().split("-")
    return "-".join([first, *_written(rest)])


def _written(parts: list[str]) -> list[str]:
    """Scripts begin with a capital, regions are capitals, what follows a singleton stays small."""
    written, private = [], False
    for part in parts:
        private = private or len(part) == 1
        if not private and part.isalpha() and len(part) == SCRIPT:
            written.append(part.capitalize())
        elif not private and part.isalpha() and len(part) == REGION:
            written.append(part.upper())
        else:
            written.append(part)
    return written
