"""One way to write a value as JSON, and the hashes of a report over it.

Keys are sorted, whole numbers have no point, other numbers are written by `repr`, times are in UTC:
the same value gives the same bytes on every machine, in every time zone and language.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec

from experiments.reports.payload import ReportData

Json: TypeAlias = Any
"""What JSON can hold."""

DIGITS: Final = 12
"""Results are hashed to this many digits: the last bits of a float may differ between processors,
and that is not another result."""
NEWER: Final = frozenset(
    {"levels", "block_hours", "blocks", "beside", "factors", "switchback", "concurrent"}
)
"""Names that came after the first bundles: while there is nothing under them they are not hashed,
so that what was kept before them still has its hash."""
READING: Final = frozenset({"as_of", "watermark"})
"""When somebody looked, which changes nothing about what there was to see."""


def plain(value: object) -> Json:
    """A value of ours as plain JSON types, times in UTC."""
    return _in_utc(msgspec.to_builtins(value, builtin_types=(dt.datetime, dt.date)))


def written(value: Json) -> bytes:
    """Plain JSON types as the one text that is hashed.

    Raises:
        ValueError: There is a number in it that JSON does not have.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def digest(value: Json) -> str:
    """SHA-256 of plain JSON types, in 64 hexadecimal digits."""
    return hashlib.sha256(written(_without_new(value))).hexdigest()


def result_hash(data: ReportData) -> str:
    """The hash of everything that was worked out, whenever it was read."""
    # Through its form and back: a number that the form calls a float is one, whoever wrote it.
    typed = msgspec.convert(msgspec.to_builtins(data), ReportData)
    return digest(_rounded(without(plain(typed), READING)))


def without(value: Mapping[str, Json], names: frozenset[str]) -> dict[str, Json]:
    """A JSON object without some of its keys."""
    return {key: item for key, item in value.items() if key not in names}


def _without_new(value: Json) -> Json:
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if item or key not in NEWER}
        return {key: _without_new(item) for key, item in kept.items()}
    return [_without_new(item) for item in value] if isinstance(value, list | tuple) else value


def _in_utc(value: Json) -> Json:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _in_utc(item) for key, item in value.items()}
    return [_in_utc(item) for item in value] if isinstance(value, list | tuple) else value


def _rounded(value: Json) -> Json:
    if isinstance(value, float):
        # Adding zero makes −0.0 the zero that it is.
        return float(f"{value:.{DIGITS}g}") + 0.0
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list) else value
