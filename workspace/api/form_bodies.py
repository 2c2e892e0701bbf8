"""Bodies that are read by the form of a page: one set of rules and sentences for both doors.

The form's fields become those of the body, so that what is added to a page is there for scripts as
well. Types are checked as JSON has them; what the values mean is the form's business.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import serializers

from engine.errors import InvalidInput
from workspace.api.refusals import refusal

Field = serializers.Field[Any, Any, Any, Any]
Body = type[serializers.Serializer[Any]]
LARGEST: Final = 2_147_483_647


def body_of(
    form: type[forms.BaseForm], name: str, *, all_optional: bool = False, **instead: Field
) -> Body:
    """The body that a form reads; `instead` are fields that JSON says better."""
    fields: dict[str, Any] = {
        label: _field(field, required=field.required and not all_optional)
        for label, field in form.base_fields.items()  # type: ignore[attr-defined]
    }
    return type(name, (serializers.Serializer,), fields | instead)


def _field(field: forms.Field, *, required: bool) -> Field:
    if isinstance(field, forms.BooleanField):
        return serializers.BooleanField(required=False)
    given: dict[str, Any] = {"required": required, "help_text": str(field.help_text or "")}
    make = next((made for kind, made in _KINDS if isinstance(field, kind)), _text)
    return make(field, given)


def _whole(field: Any, given: dict[str, Any]) -> Field:  # noqa: ANN401 - one of the form's fields
    high = LARGEST if field.max_value is None else field.max_value
    low = -LARGEST if field.min_value is None else field.min_value
    return serializers.IntegerField(
        min_value=low, max_value=high, allow_null=not given["required"], **given
    )


def _decimal(field: Any, given: dict[str, Any]) -> Field:  # noqa: ANN401
    return serializers.DecimalField(
        max_digits=field.max_digits or 20,
        decimal_places=field.decimal_places or 6,
        allow_null=not given["required"],
        **given,
    )


def _several(field: Any, given: dict[str, Any]) -> Field:  # noqa: ANN401, ARG001
    return serializers.ListField(child=serializers.CharField(), **given)


def _choice(field: Any, given: dict[str, Any]) -> Field:  # noqa: ANN401
    known = [(value, label) for value, label in field.choices if value]
    if not known or any(isinstance(label, list | tuple) for _value, label in known):
        return _text(field, given)
    return serializers.ChoiceField(known, allow_blank=not given["required"], **given)


def _text(field: Any, given: dict[str, Any]) -> Field:  # noqa: ANN401
    longest = getattr(field, "max_length", None)
    return serializers.CharField(
        max_length=longest, allow_blank=not field.required, allow_null=not field.required, **given
    )


_KINDS: Final[tuple[tuple[type[forms.Field], Callable[[Any, dict[str, Any]], Field]], ...]] = (
    (forms.DecimalField, _decimal),
    (forms.IntegerField, _whole),
    (forms.MultipleChoiceField, _several),
    (forms.ModelChoiceField, _text),
    (forms.ChoiceField, _choice),
)


def typed(values: Mapping[str, Any], *, prefix: str = "") -> QueryDict:
    """Values of a body as somebody would have typed them; null is an empty field."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        if isinstance(value, list | tuple):
            data.setlist(prefix + name, [_as_typed(one) for one in value])
        elif value is not None and value is not False:
            data[prefix + name] = _as_typed(value)
    return data


def _as_typed(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    return isoformat() if isoformat else str(value)


def checked(form: forms.BaseForm, names: Callable[[str], str] = str) -> dict[str, Any]:
    """What the form has read; raises InvalidInput with the first field that does not fit."""
    if not form.is_valid():
        errors = {names(name): list(told) for name, told in form.errors.items()}
        if not errors:
            raise InvalidInput(_("A part of this does not fit."))
        raise refusal(errors)
    found: dict[str, Any] = form.cleaned_data
    return found
