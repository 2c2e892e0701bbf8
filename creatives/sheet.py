"""The translation sheet: what banners say, out as CSV for translators and in again.

One row per text of a banner: its key, the version it was taken from, the field, the source text, a
column for each other language, and a remark for the translator. A cell that a spreadsheet would
take for a formula gets an apostrophe in front, which is taken off again on the way in.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext as _

from creatives import slots, words
from creatives.models import Creative, Version
from creatives.said import ALT_LENGTH
from workspace.models import Site

BOM = "\ufeff"  # without it Excel reads UTF-8 as something else
HEAD = ("creative", "version", "field")
COMMENT = "comment"
ALT, LANDING, SLOT = "alt", "landing_url", "slot:"
# After OWASP: what makes a cell a formula, also in its full-width form; apostrophes before it stay
# with it, so that a text that begins with one comes back as it was.
FORMULA = re.compile("^'*[=+\\-@\t\r＝＋－＠]")


def tame(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def untame(cell: str) -> str:
    """The text of a cell that `tame` wrote."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def newest_of(site: Site, keys: Iterable[str] | None = None) -> QuerySet[Version]:
    """The newest versions of the chosen creatives, or of all that are not put away."""
    rows = Version.objects.filter(creative__site=site).order_by("creative_id", "-number")
    chosen = rows.filter(creative__archived_at=None) if keys is None else rows
    if keys is not None:
        chosen = rows.filter(creative__key__in=list(keys))
    return words.with_words(chosen.distinct("creative_id"))


def lacking_of(site: Site) -> list[Version]:
    """The newest versions that lack words in a language, by key."""
    others = site.locales[1:]
    said = Q(copies__locale__in=others) & ~Q(copies__alt="")
    newest = newest_of(site).values("pk")
    rows = Version.objects.filter(pk__in=newest).annotate(said=Count("copies", filter=said))
    rows = rows.filter(Q(said__lt=len(others), decorative=False) | Q(kind=Version.Kind.COMPOSED))
    found = words.with_words(rows).order_by(F("creative__key"))
    return [version for version in found if words.lacking(version)]


def write(site: Site, versions: Iterable[Version]) -> bytes:
    """The sheet of some versions, UTF-8 with a byte order mark."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([*HEAD, *site.locales, COMMENT])
    for version in versions:
        table.writerows([tame(cell) for cell in row] for row in _rows(site, version))
    return (BOM + out.getvalue()).encode()


def text_of(said: words.Spoken, field: str) -> str | None:
    """What is said in a field; None where the banner has no such text."""
    if field == ALT:
        return said.alt
    if field == LANDING:
        return said.landing_url
    return said.slots.get(field.removeprefix(SLOT)) if field.startswith(SLOT) else None


def fields_of(version: Version) -> list[str]:
    """The fields of a version that can be translated."""
    alt = [] if version.decorative else [ALT]
    texts = (f"{SLOT}{name}" for name, text in slots.speaking(version).items() if text)
    return [*alt, *texts, LANDING]


def _rows(site: Site, version: Version) -> Iterator[list[str]]:
    said = {one.locale: one for one in words.spoken(version)}
    for field in fields_of(version):
        texts = [text_of(said[locale], field) or "" for locale in site.locales]
        head = [version.creative.key, str(version.number), field]
        yield [*head, *texts, _comment(field, version.creative)]


def _comment(field: str, creative: Creative) -> str:
    words_of: Mapping[str, str] = {
        ALT: _("What the picture says, for people who do not see it. At most %(n)s characters.")
        % {"n": ALT_LENGTH},
        LANDING: _("Where a click leads. Empty: the same page as in the first language."),
    }
    slot = _("Text on the banner “%(name)s”; keep it about as long.") % {"name": creative.name}
    return words_of.get(field, slot)
