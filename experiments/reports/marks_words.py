"""What gave suspicious traffic away, in words: one for each mark of the log."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from experiments.reports import numbers

PREFIX: Final = "mark_"
"""Before the name of a mark among the numbers of a check."""
MARKS: Final[Mapping[str, Promise]] = {
    "bot": gettext_lazy("declared robots: %(events)s"),
    "prefetch": gettext_lazy("pages loaded before anybody looked: %(events)s"),
    "head": gettext_lazy("links looked up and not followed: %(events)s"),
    "too_soon": gettext_lazy("quicker than anybody can be: %(events)s"),
    "rate": gettext_lazy("more than people do, or in crowds from one network: %(events)s"),
    "late_filter": gettext_lazy("filtered afterwards: %(events)s"),
}


def by_mark(found: Mapping[str, float]) -> str:
    """The events of a check's numbers by what gave them away, the most first; empty if none."""
    marked = {name: found[PREFIX + name] for name in MARKS if found.get(PREFIX + name)}
    order = sorted(marked, key=lambda name: (-marked[name], name))
    parts = [str(MARKS[name]) % {"events": numbers.count(marked[name])} for name in order]
    return _("By reason: %(reasons)s.") % {"reasons": "; ".join(parts)} if parts else ""
