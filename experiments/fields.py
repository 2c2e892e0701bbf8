"""Fields and habits that the forms of experiments share, and rows that come and go."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from delivery.currencies import minor_digits

MOST_MONEY: Final = Decimal(10) ** 12
"""More than any shop spends on a banner; what is typed by mistake is caught."""


class Number(forms.DecimalField):
    """1.5, 1,5 and 1.5 % are the same number."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        if isinstance(value, str):
            value = value.replace("%", "").replace(" ", "").replace(",", ".")
        return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class Money(Number):
    """An amount as people write it; kept as a whole number of the currency's minor unit."""

    currency = "CNY"

    def __init__(self, **kwargs: Any) -> None:  # noqa: ANN401 - the framework's signature
        super().__init__(required=False, min_value=Decimal(0), max_value=MOST_MONEY, **kwargs)

    def clean(self, value: Any) -> int:  # noqa: ANN401 - the framework's signature
        amount = super().clean(value) or Decimal(0)
        minor = amount.scaleb(minor_digits(self.currency))
        if minor != minor.to_integral_value():
            raise forms.ValidationError(
                _("%(currency)s has %(digits)s decimals, and thousands are not separated."),
                params={"currency": self.currency, "digits": minor_digits(self.currency)},
            )
        return int(minor)

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - the framework's signature
        if isinstance(value, int):
            value = Decimal(value).scaleb(-minor_digits(self.currency))
        return super().prepare_value(value)


def whole(
    label: Any,  # noqa: ANN401 - lazy text
    low: int,
    high: int,
    help_text: Any = "",  # noqa: ANN401
    *,
    required: bool = True,
) -> forms.IntegerField:
    """A whole number between two others."""
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=low,
        max_value=high,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class Quiet:
    """A form that is only shown again: what has been typed stays, nothing is complained about."""

    def quiet(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


def total(data: QueryDict, prefix: str, *, most: int) -> int:
    """How many rows have been sent; never more than there can be."""
    text = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    return min(int(text), most) if text.isdecimal() else 0


def with_row(data: QueryDict, prefix: str, row: dict[str, Any], *, most: int) -> QueryDict:
    """What has been typed, with one more row at the end."""
    changed, count = data.copy(), total(data, prefix, most=most)
    if count < most:
        for name, value in row.items():
            changed[f"{prefix}-{count}-{name}"] = str(value)
        changed[f"{prefix}-TOTAL_FORMS"] = str(count + 1)
    return changed


def without_row(data: QueryDict, prefix: str, removed: int, *, most: int) -> QueryDict:
    """What has been typed, with the later rows moved up by one."""
    changed, count = data.copy(), total(data, prefix, most=most)
    if not 0 <= removed < count:
        return changed
    for row in range(removed, count):
        for name in _of_row(changed, prefix, row):
            del changed[f"{prefix}-{row}-{name}"]
        for name in _of_row(data, prefix, row + 1) if row + 1 < count else ():
            changed.setlist(f"{prefix}-{row}-{name}", data.getlist(f"{prefix}-{row + 1}-{name}"))
    changed[f"{prefix}-TOTAL_FORMS"] = str(count - 1)
    return changed


def _of_row(data: "MultiValueDict[str, str]", prefix: str, row: int) -> list[str]:
    start = f"{prefix}-{row}-"
    return [name.removeprefix(start) for name in data if name.startswith(start)]
