"""What an import command says at the end."""

import resource
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from engine.errors import LabError
from experiments.models import Report
from workspace.models import Site

_LINUX = Path("/proc/self/status")


def refusal(error: LabError) -> str:
    """An error with its remedy."""
    return f"{error}\n{error.hint}" if error.hint else str(error)


def cost(seconds: float) -> str:
    """Time and memory of this process."""
    return _("%(seconds).1f s, %(peak).0f MB at most.") % {"seconds": seconds, "peak": _peak()}


def _peak() -> float:
    """The most memory this process has held, in MB.

    Linux hands ru_maxrss down from the process that started this one, so it is the second choice.
    """
    if _LINUX.exists():
        for line in _LINUX.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale


def report(site: Site, row: Report) -> str:
    """Where the result is to be read, and its one word."""
    if row.payload is None:
        return _("There is no report yet: %(error)s") % {"error": row.last_error}
    return _("Report: %(verdict)s, /s/%(site)s/experiments/%(key)s/") % {
        "verdict": row.verdict,
        "site": site.key,
        "key": row.experiment.key,
    }
