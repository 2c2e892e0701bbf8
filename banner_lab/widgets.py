"""Fields of forms, drawn without a template for each option.

The framework renders three templates for every option of a list and for every box. A form that
offers sixty placements in four lists spends half of its time there; written directly, they take a
tenth. What comes out is the same markup, and a test holds both against each other.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

FOLDER: Final = "django/forms/widgets/"
INPUTS: Final = (
    "checkbox_option",
    "radio_option",
    "checkbox",
    "date",
    "datetime",
    "email",
    "hidden",
    "input",
    "number",
    "password",
    "text",
    "time",
    "url",
)

Widget = Mapping[str, Any]


class Renderer(DjangoTemplates):
    """The framework's, but for lists and plain fields."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> str:
        draw = DRAWN.get(template_name)
        return draw(context["widget"]) if draw else super().render(template_name, context, request)


def _select(widget: Widget) -> SafeString:
    groups = "".join(_group(name, options) for name, options, _index in widget["optgroups"])
    name = conditional_escape(widget["name"])
    return _whole(f'<select name="{name}"{_attrs(widget)}>{groups}\n</select>')


def _group(name: Any, options: list[dict[str, Any]]) -> str:  # noqa: ANN401 - any text
    drawn = "".join(map(_option, options))
    if not name:
        return drawn
    return f'\n  <optgroup label="{conditional_escape(localize(name))}">{drawn}\n  </optgroup>'


def _option(widget: Widget) -> str:
    label = conditional_escape(localize(widget["label"]))
    return f'\n  <option value="{_text(widget["value"])}"{_attrs(widget)}>{label}</option>'


def _input(widget: Widget) -> SafeString:
    value = widget["value"]
    shown = "" if value is None else f' value="{_text(value)}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    drawn = f'<input type="{kind}" name="{name}"{shown}{_attrs(widget)}>'
    return _whole(_labelled(widget, drawn) if widget.get("wrap_label") else drawn)


def _labelled(widget: Widget, drawn: str) -> str:
    id_ = widget["attrs"].get("id")
    for_ = f' for="{conditional_escape(id_)}"' if id_ else ""
    return f"<label{for_}>{drawn} {conditional_escape(localize(widget['label']))}</label>"


def _attrs(widget: Widget) -> str:
    """False leaves an attribute away, True is its name alone."""
    return "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{_text(value)}"')
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a form holds
    """Numbers without separators; what a form has marked as markup stays so."""
    return conditional_escape(value)


def _whole(drawn: str) -> SafeString:
    return mark_safe(drawn)  # noqa: S308 - every part has been escaped above


DRAWN: Final[Mapping[str, Callable[[Widget], SafeString]]] = {
    f"{FOLDER}select.html": _select,
    **{f"{FOLDER}{name}.html": _input for name in INPUTS},
}
