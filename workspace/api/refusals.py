"""The first thing that does not fit in a body, with the path to its field."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from engine.errors import InvalidInput


def refusal(errors: Any, at: str = "") -> InvalidInput:  # noqa: ANN401 - nested as the body is
    """The first error of a body, with the path to its field."""
    if isinstance(errors, Mapping):
        name, inner = next((n, e) for n, e in errors.items() if e)
        return refusal(inner, _deeper(at, name))
    if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
        number = next(n for n, e in enumerate(errors) if e)
        return refusal(errors[number], f"{at}[{number}]")
    first = errors[0] if isinstance(errors, list) and errors else errors
    return InvalidInput(str(first), field=at or None)


def _deeper(at: str, name: str | int) -> str:
    """The path one step on; rows of a list are told by number."""
    if isinstance(name, int):
        return f"{at}[{name}]"
    return at if name in {"non_field_errors", "__all__"} else f"{at}.{name}".lstrip(".")


def unknown(field: str, value: str, known: Iterable[str]) -> InvalidInput:
    """A value that is none of those that a field knows."""
    return InvalidInput(
        _("“%(value)s” is not known here.") % {"value": value[:50]},
        field=field,
        hint=_("One of: %(values)s.") % {"values": ", ".join(known)},
    )


def check_names(sent: Iterable[str], known: Iterable[str]) -> None:
    """Raises InvalidInput for the first name that nobody reads: a slip must not pass silently."""
    names = sorted(known)
    for name in sent:
        if name not in names:
            raise InvalidInput(
                _("There is no field “%(name)s” here.") % {"name": name[:50]},
                field=name[:50],
                hint=_("Known here: %(names)s.") % {"names": ", ".join(names) or "–"},
            )
