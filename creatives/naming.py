"""Keys of creatives."""

from django.utils.text import slugify

from creatives.models import Creative
from workspace.models import Site

RESERVED = frozenset({"new", "several", "many", "views", "usual", "sheet"})  # parts of addresses
KEY_LENGTH = 56  # leaves room for a number within the 64 of a key


def free_key(site: Site, name: str) -> str:
    """A key like the name that no creative of the site has."""
    wanted = slugify(name)[:KEY_LENGTH].strip("-_") or "banner"
    similar = Creative.objects.filter(site=site, key__startswith=wanted)
    taken = RESERVED.union(similar.values_list("key", flat=True))
    numbered = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
    return next(key for key in (wanted, *numbered) if key not in taken)
