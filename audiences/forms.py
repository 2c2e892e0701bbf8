"""A segment as one page of fields: a name, and rows of conditions that are joined by and or or."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audiences import typed, vocabulary
from audiences.segments import LONGEST_NAME
from delivery.currencies import minor_digits
from engine.assignment import known_features, targeting
from engine.assignment.known_features import LONGEST_PART, Kind
from engine.assignment.rule_document import MOST_CONDITIONS, OPERATORS
from engine.errors import InvalidInput
from workspace.models import validate_key

PREFIX = "r"
OR = "or"
MONEY = "spent"
LONGEST_VALUE = 4000
DIMENSIONS = ("category", "brand", "price_band")


class SegmentForm(forms.Form):
    """What a segment is called."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.CharField(
        label=gettext_lazy("Key"),
        max_length=64,
        required=False,
        validators=[validate_key],
        help_text=gettext_lazy(
            "Answers to your shop carry it. Leave it empty to make it from the name."
        ),
    )

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["key"]

    def quiet(self) -> None:
        """Only shown again: nothing is complained about."""
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}


class ConditionForm(forms.Form):
    """One condition; `join` says how it follows the one before."""

    join = forms.CharField(required=False, widget=forms.HiddenInput)
    feature = forms.ChoiceField(label=gettext_lazy("What is known of the visitor"))
    part = forms.CharField(
        required=False,
        max_length=LONGEST_PART,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    op = forms.ChoiceField(label=gettext_lazy("How it compares"))
    value = forms.CharField(
        label=gettext_lazy("Value"),
        max_length=LONGEST_VALUE,
        error_messages={"required": gettext_lazy("Write what it is compared with.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs | {"empty_permitted": False})
        self.currency = currency
        choice = cast(forms.ChoiceField, self.fields["feature"])
        choice.choices = [("", _("Choose …")), *vocabulary.choices()]
        self.name = str(self["feature"].value() or "")
        self.kind = vocabulary.kind(self.name)
        self.word = vocabulary.WORDS.get(self.name)
        fitting = OPERATORS[self.kind] if self.kind else tuple(vocabulary.OPERATORS)
        choice = cast(forms.ChoiceField, self.fields["op"])
        choice.choices = [(op, vocabulary.OPERATORS[op]) for op in fitting]
        self._dress()

    def _dress(self) -> None:
        """Labels and suggestions that fit the chosen feature."""
        part, value = self.fields["part"], self.fields["value"]
        part.label = str(self.word.part) if self.word else ""
        part.widget.attrs |= {"placeholder": part.label, "list": f"{self.prefix}-parts"}
        value.widget.attrs["list"] = f"{self.prefix}-values"
        if self["op"].value() in typed.LISTS:
            value.widget.attrs["placeholder"] = _("with commas between")

    @property
    def dimension(self) -> str:
        """The dimension of profiles that the feature is about, if any."""
        return next((d for d in DIMENSIONS if f".{d}" in self.name), "")

    def keep_value(self) -> None:
        """What is typed into the value while the rows are on their way stays in the page."""
        self.fields["value"].widget.attrs["hx-preserve"] = "true"

    @property
    def has_part(self) -> bool:
        """Whether the feature's name has a free part to be typed."""
        return self.name in known_features.OPEN

    @property
    def is_alternative(self) -> bool:
        """Whether it is another way to fulfil the condition before."""
        return str(self["join"].value()) == OR

    @property
    def unit(self) -> str:
        """What stands behind the value."""
        return self.currency if self.name == MONEY else ""

    def quiet(self) -> None:
        self._errors = ErrorDict()
        self.cleaned_data: dict[str, Any] = {}

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if self.kind is None:
            return values
        if self.has_part and "part" in values:
            values["part"] = self._checked_part(values["part"])
        if "op" in values and "value" in values:
            self._read_value(values)
        return values

    def _checked_part(self, text: str) -> str:
        name = known_features.canonical(self.name + text.strip())
        if text.strip() and known_features.kind_of(name) is None:
            self.add_error("part", _("At most %(n)s characters.") % {"n": LONGEST_PART})
        elif not text.strip():
            self.add_error("part", _("This field is required."))
        return name[len(self.name) :]

    def _read_value(self, values: dict[str, Any]) -> None:
        try:
            values["typed"] = typed.read(
                values["value"], op=values["op"], kind=self.kind or Kind.ANY, places=self._places
            )
        except InvalidInput as problem:
            self.add_error("value", str(problem))

    @property
    def _places(self) -> int:
        return minor_digits(self.currency) if self.name == MONEY else 0

    def condition(self) -> dict[str, Any]:
        """As a part of a rule's document."""
        data = self.cleaned_data
        feature = data["feature"] + (data["part"] if self.has_part else "")
        return {"feature": feature, "op": data["op"], "value": data["typed"]}


if TYPE_CHECKING:
    Rows = BaseFormSet[ConditionForm]
else:
    Rows = BaseFormSet  # generic for the type checker only


class Conditions(Rows):
    """All rows, in order."""

    def quiet(self) -> None:
        for form in self.forms:
            form.quiet()
        self._errors: list[dict[str, Any]] = []
        self._non_form_errors = ErrorList()

    def keep_values(self) -> None:
        for form in self.forms:
            form.keep_value()

    @property
    def verb(self) -> str:
        """What stands before the names of the buttons."""
        return verb_of(str(self.prefix))

    @property
    def room_for_more(self) -> bool:
        """Whether there may be one more."""
        return len(self.forms) < MOST_CONDITIONS

    @property
    def several(self) -> bool:
        """Whether there is one to take away."""
        return len(self.forms) > self.min_num

    @property
    def groups(self) -> list[list[tuple[int, ConditionForm]]]:
        """Rows with their numbers; those of a group are alternatives to each other."""
        found: list[list[tuple[int, ConditionForm]]] = []
        for number, form in enumerate(self.forms):
            if form.is_alternative and found:
                found[-1].append((number, form))
            else:
                found.append([(number, form)])
        return found

    def document(self) -> dict[str, Any]:
        """The rule that the rows make."""
        return {"all": [_item([form.condition() for _n, form in group]) for group in self.groups]}


def verb_of(prefix: str) -> str:
    """Buttons of rows that share a page with other rows carry their prefix."""
    return "" if prefix == PREFIX else f"{prefix}-"


def _item(choices: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return choices[0] if len(choices) == 1 else {"any": choices}


_Rows = formset_factory(
    ConditionForm,
    formset=Conditions,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_CONDITIONS,
    validate_max=True,
    absolute_max=MOST_CONDITIONS,
)


def conditions(
    *,
    currency: str,
    data: Any = None,  # noqa: ANN401
    initial: Any = None,  # noqa: ANN401
    prefix: str = PREFIX,
    least: int = 1,
) -> Conditions:
    """The rows as typed or as saved; `least` 0 where having no rule is an answer too."""
    rows = _Rows(data, initial=initial, prefix=prefix, form_kwargs={"currency": currency})
    rows.min_num = least
    return cast(Conditions, rows)


def initial_of(rule: targeting.Rule, *, currency: str) -> list[dict[str, str]]:
    """A saved rule as rows."""
    return [
        _row(condition, OR if number else "and", currency)
        for item in rule.all
        for number, condition in enumerate(item.choices)
    ]


def _row(condition: targeting.Condition, join: str, currency: str) -> dict[str, str]:
    name, part = vocabulary.stem(condition.feature)
    places = minor_digits(currency) if name == MONEY else 0
    kind = vocabulary.kind(name) or Kind.ANY
    value = typed.show(condition, kind=kind, places=places)
    return {"join": join, "feature": name, "part": part, "op": condition.op, "value": value}
