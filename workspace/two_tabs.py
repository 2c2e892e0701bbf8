"""Two people, or two tabs, change the same thing: the second one is shown what the first one did.

A form carries what it showed when it was opened. When that is not what is stored now, nothing is
written: a page says what is different, and sends the same again only if the person wants it so.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BaseForm, ModelChoiceField
from django.forms.boundfield import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from engine.errors import InvalidInput

NAME: Final = "_seen"
CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a form shows: the stored value, and how people read it."""

    label: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What somebody else has changed since the form was opened."""

    label: str
    then: str
    now: str


State = Mapping[str, Seen]


def state_of(form: BaseForm) -> dict[str, Seen]:
    """What a form shows before anybody types into it."""
    return {bound.name: _seen(bound) for bound in form}


def written(state: State) -> str:
    """The state for the hidden field."""
    return json.dumps({name: [one.value, one.text] for name, one in state.items()}, cls=_Encoder)


def conflict(request: HttpRequest, current: State) -> HttpResponse | None:
    """The page with the difference; None while nobody else has changed anything.

    A sender that does not say what it has seen is not asked; raises InvalidInput for nonsense.
    """
    found = list(differences(request.POST.get(NAME), current))
    if not found:
        return None
    fields = [
        (name, value)
        for name in request.POST
        if name not in {NAME, "csrfmiddlewaretoken"}
        for value in request.POST.getlist(name)
    ]
    context = {
        "differences": found,
        "fields": [*fields, (NAME, written(current))],
        "typed": [(name, value) for name, value in fields if value and "_FORMS" not in name],
        "path": request.get_full_path(),
        "had_files": bool(request.FILES),
    }
    return render(request, "workspace/conflict.html", context, status=CONFLICT)


def differences(seen: str | None, current: State) -> Iterator[Difference]:
    """What is other now than the form showed."""
    if not seen:
        return
    for name, (value, text) in _read(seen).items():
        now = current.get(name)
        if now is not None and _plain(now.value) != value:
            yield Difference(now.label, text, now.text)


def _read(seen: str) -> dict[str, tuple[Any, str]]:
    try:
        return {str(name): (value, str(text)) for name, (value, text) in json.loads(seen).items()}
    except (ValueError, TypeError, AttributeError):
        raise InvalidInput(
            _("The form does not say which state it was opened with."),
            hint=_("Reload the page and change it again."),
        ) from None


class _Encoder(DjangoJSONEncoder):
    """Whatever a form may hold; what JSON does not know is written as text."""

    def default(self, o: Any) -> Any:  # noqa: ANN401 - the framework's signature
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _plain(value: object) -> object:
    return json.loads(json.dumps(value, cls=_Encoder))


def _seen(bound: BoundField) -> Seen:
    value = bound.value()
    return Seen(str(bound.label), value, _text(bound, value))


def _text(bound: BoundField, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return _("nothing")
    if isinstance(bound.field, ModelChoiceField):
        return _name(bound.field, value)
    offered = getattr(bound.field, "choices", ())
    known = {str(key): str(word) for key, word in offered} if offered else {}
    return known.get(str(value), str(value))


def _name(field: "ModelChoiceField[Any]", value: object) -> str:
    """What is chosen, without a walk through all that might be: a shop has thousands of banners."""
    try:
        chosen = ModelChoiceField.to_python(field, value)
    except ValidationError:
        return str(value)
    return field.label_from_instance(chosen) if chosen else str(value)
