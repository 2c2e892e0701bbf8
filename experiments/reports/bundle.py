"""A report to take away: its inputs with their hashes, from which anybody can work it out again.

Whoever has a bundle and this code needs no database to see that the verdict follows from the data.
"""

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from engine.errors import InvalidInput
from experiments.models import ReportVersion
from experiments.reports import analysis, canonical, kept_inputs, verdict
from experiments.reports.canonical import result_hash
from experiments.reports.kept_inputs import inputs_hash

__all__ = [
    "FORMAT",
    "Bundle",
    "Outcome",
    "code_version",
    "document",
    "inputs_hash",
    "read",
    "recompute",
    "result_hash",
]

FORMAT: Final = "banner-lab-report-1"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What lies in the file."""

    format: str
    verdict: str
    method: str
    code_version: str
    inputs_hash: str
    result_hash: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A bundle worked out again."""

    bundle: Bundle
    inputs_hash: str
    result_hash: str
    verdict: str
    method: str

    @property
    def problem(self) -> str:
        """What differs, in a sentence; nothing where all is as it was."""
        if self.inputs_hash != self.bundle.inputs_hash:
            return _("The inputs are not those that were kept: their hash differs.")
        if self.method != self.bundle.method:
            return _(
                "This code uses the method %(now)s, the report was made with %(then)s; its code "
                "version was %(code)s."
            ) % {"now": self.method, "then": self.bundle.method, "code": self.bundle.code_version}
        if self.result_hash != self.bundle.result_hash:
            return _(
                "The same inputs give another result here; the report was made by code version "
                "%(then)s, this is %(now)s."
            ) % {"then": self.bundle.code_version, "now": code_version()}
        return ""


def document(version: ReportVersion) -> bytes:
    """The bundle of a version as the text of a file."""
    bundle = Bundle(
        format=FORMAT,
        verdict=version.verdict,
        method=version.method,
        code_version=version.code_version,
        inputs_hash=version.inputs_hash,
        result_hash=version.result_hash,
        inputs=kept_inputs.plain(kept_inputs.read(version.inputs)),
    )
    return canonical.written(canonical.plain(bundle)) + b"\n"


def read(text: bytes) -> Bundle:
    """A bundle from the text of a file.

    Raises:
        InvalidInput: It is none.
    """
    try:
        bundle = msgspec.json.decode(text, type=Bundle)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(_("This is no bundle: %(reason)s.") % {"reason": error}) from error
    if bundle.format != FORMAT:
        detail = _("This bundle has the form “%(form)s”; “%(known)s” is known here.")
        raise InvalidInput(detail % {"form": bundle.format, "known": FORMAT}, field="format")
    return bundle


def recompute(bundle: Bundle) -> Outcome:
    """Work a report out again from its inputs alone.

    Raises:
        InvalidInput: The inputs cannot be read.
    """
    inputs = kept_inputs.read(bundle.inputs)
    data = analysis.analyse(inputs)
    return Outcome(
        bundle=bundle,
        inputs_hash=inputs_hash(inputs),
        result_hash=result_hash(data),
        verdict=verdict.decide(data).kind.value,
        method=data.method,
    )


@functools.cache
def code_version() -> str:
    """Which code works reports out: a short hash of its sources, so that it never lags behind."""
    found = hashlib.sha256()
    for folder in ("engine/stats", "experiments/reports"):
        for path in sorted((settings.BASE_DIR / folder).glob("*.py")):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"sources-{found.hexdigest()[:16]}"
