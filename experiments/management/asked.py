"""Options that both import commands understand, and what is made of them."""

from argparse import ArgumentParser

from django.utils.translation import gettext as _

from engine.errors import InvalidInput, NotFound
from workspace.models import Site


def about_file(parser: ArgumentParser) -> None:
    """Add the file, the site, and how the file is written."""
    parser.add_argument("file")
    parser.add_argument("--site", required=True, help="key of the site")
    parser.add_argument("--delimiter", default="", help="of the columns (default: found out)")
    parser.add_argument(
        "--each", default="", metavar="NAME", help="JSON Lines: a list, an item is a row"
    )


def site(key: str) -> Site:
    """The site of this key.

    Raises:
        NotFound: With the keys that there are.
    """
    found = Site.objects.filter(key=key).first()
    if found is None:
        keys = ", ".join(Site.objects.order_by("key").values_list("key", flat=True)[:20])
        raise NotFound(
            _("There is no site “%(key)s”.") % {"key": key},
            field="--site",
            hint=_("Sites: %(keys)s") % {"keys": keys or "–"},
        )
    return found


def delimiter(text: str) -> str | None:
    """One character, or `tab`.

    Raises:
        InvalidInput: More than one.
    """
    if not text:
        return None
    known = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(known) != 1:
        raise InvalidInput(_("A delimiter is one character, or tab."), field="--delimiter")
    return known
