"""What an import command says at the end."""

import resource
import sys

from django.utils.translation import gettext as _

from engine.errors import LabError
from experiments.models import Report
from workspace.models import Site

_TO_MB = 1024 * 1024 if sys.platform == "darwin" else 1024


def refusal(error: LabError) -> str:
    """An error with its remedy."""
    return f"{error}\n{error.hint}" if error.hint else str(error)


def cost(seconds: float, who: int) -> str:
    """Time and memory of this process."""
    peak = resource.getrusage(who).ru_maxrss / _TO_MB
    return _("%(seconds).1f s, %(peak).0f MB at most.") % {"seconds": seconds, "peak": peak}


def report(site: Site, row: Report) -> str:
    """Where the result is to be read, and its one word."""
    if row.payload is None:
        return _("There is no report yet: %(error)s") % {"error": row.last_error}
    return _("Report: %(verdict)s, /s/%(site)s/experiments/%(key)s/") % {
        "verdict": row.verdict,
        "site": site.key,
        "key": row.experiment.key,
    }
