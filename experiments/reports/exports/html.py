"""A report as one HTML file that opens from disk, without a network."""

from typing import Any

from django.template.loader import render_to_string

from experiments.reports import page
from experiments.reports.exports import inlining
from experiments.reports.exports.taken import File, Taken
from workspace.templatetags.lab import SPRITE

CONTENT_TYPE = "text/html; charset=utf-8"


def export(taken: Taken) -> File:
    """The share page of a report as a file."""
    return File(taken.filename("html"), CONTENT_TYPE, document(taken).encode())


def document(taken: Taken) -> str:
    """The text of the file, in the language and the zone in force."""
    row = taken.row
    context: dict[str, Any] = page.alone(taken.experiment, taken.version, now=taken.now) | {
        "exported": True,
        "hashes": (row.inputs_hash[:16], row.result_hash[:16], row.code_version),
    }
    return inlining.inlined(render_to_string("shared.html", context), sprite=SPRITE)
