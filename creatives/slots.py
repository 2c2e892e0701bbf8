"""The texts of a composed banner: which there are, how long they may be, and drawn anew."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.translation import gettext as _

from creatives import designs, drawing, filling, finished, media
from creatives.designs import Design, Sort
from creatives.filling import Filled
from creatives.models import Rendition, Version
from creatives.said import line
from engine.errors import IllegalMove, InvalidInput

LENGTH = 500  # longer than any design allows
# What a version keeps among its slots that is no text.
WORDLESS = frozenset({"image", "more", "like", "palette", "design_version"})


def speaking(version: Version) -> dict[str, str]:
    """The texts that are said in each language, as they are in the first one; no prices."""
    design = designs.find(version.design) if version.design else None
    if design is None:
        found = ((n, v) for n, v in version.slots.items() if n not in WORDLESS)
        return {name: value for name, value in found if isinstance(value, str)}
    keys = (slot.key for slot in design.texts if slot.sort is not Sort.PRICE)
    return {key: str(version.slots.get(key, "")) for key in keys}


def checked(version: Version, wanted: Mapping[str, str]) -> dict[str, str]:
    """Texts as they are kept; raises InvalidInput, whose field is such as `slots.headline`."""
    known = speaking(version)
    for name in wanted:
        if name not in known:
            raise InvalidInput(
                _("This banner has no text “%(name)s”.") % {"name": name[:64]},
                field=f"slots.{name}",
                hint=_("It has: %(names)s.") % {"names": ", ".join(known) or "—"},
            )
    return {name: _fitting(version, name, value) for name, value in wanted.items()}


def longest(version: Version, name: str) -> int:
    """How many columns a text may take; a Chinese character takes two."""
    design = designs.find(version.design) if version.design else None
    slot = design.slot(name) if design else None
    return slot.longest if slot else LENGTH


def redraw(version: Version, *, actor: AbstractBaseUser | None, now: dt.datetime) -> None:
    """Make markup and style of a composed draft anew from the words that it and its copies say.

    A language in which something is still missing reads the first one until then. Raises
    InvalidInput where the design asks for what is not said any more, such as `en.headline`.
    """
    filled = _filled(version)
    made = finished.make(filled)
    first = version.creative.site.locales[0]
    css = made.sheet.css.encode()
    whole = css + "".join(made.html.values()).encode()
    version.html, version.stylesheet = made.html[first], media.store(css, "css")
    version.slots = finished.kept(filled, first)
    version.facts = finished.facts(filled).kept()
    version.original_bytes = len(whole)
    version.original_sha256 = hashlib.sha256(whole).hexdigest()
    version.save()
    for copy in version.copies.all():
        copy.html = made.html.get(copy.locale, "")
        copy.save(update_fields=["html"])
    version.renditions.exclude(purpose=Rendition.Purpose.THUMBNAIL).delete()
    drawing.ask(version, actor=actor, now=now)


def _filled(version: Version) -> Filled:
    site = version.creative.site
    design = designs.find(version.design)
    if design is None:
        raise IllegalMove(
            _("The design “%(key)s” is not there any more.") % {"key": version.design},
            hint=_("Compose the banner anew from another one."),
        )
    images = _images(version)
    return filling.fill(
        design=version.design,
        palette=str(version.slots.get("palette", "")),
        slots=_words(version, design),
        locales=list(site.locales),
        image=images[0] if images else None,
        product=version.product,
        more=images[1:],
        like=bool(version.slots.get("like")),
    )


def _images(version: Version) -> list[Version]:
    """Its pictures as far as they are still there, in their order."""
    wanted = [version.slots.get("image"), *version.slots.get("more", ())]
    rows = Version.objects.filter(creative__site=version.creative.site)
    found = rows.select_related("creative__site").in_bulk([pk for pk in wanted if pk])
    return [found[pk] for pk in wanted if pk in found]


def _words(version: Version, design: Design) -> dict[str, dict[str, str]]:
    """What is said in the first language and in those that say everything."""
    own: dict[str, Any] = version.slots
    texts = {slot.key: str(own.get(slot.key, "")) for slot in design.texts}
    spoken = [name for name, text in speaking(version).items() if text]
    found = {version.creative.site.locales[0]: texts}
    for copy in version.copies.all():
        if all(copy.slots.get(name) for name in spoken):
            found[copy.locale] = texts | {name: str(text) for name, text in copy.slots.items()}
    return found


def _fitting(version: Version, name: str, value: str) -> str:
    text, field = line(value, f"slots.{name}", LENGTH), f"slots.{name}"
    most, width = longest(version, name), designs.columns(text)
    if version.design and width > most:
        raise InvalidInput(
            _("At most %(most)s characters (a Chinese one counts as two); these are %(n)s.")
            % {"most": most, "n": width},
            field=field,
        )
    return text
