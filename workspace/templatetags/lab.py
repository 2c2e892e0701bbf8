"""Small pieces that every page is built from."""

import copy
import datetime as dt
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from workspace import two_tabs, undoing

register = template.Library()

WIDGET_CLASSES = {"checkbox": "form-check-input", "select": "form-select", "hidden": ""}
SPRITE = "vendor/tabler-icons-3.51.0.svg"


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """A symbol of the sprite; decoration, so a word must stand beside it or in a label."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        classes,
        static(SPRITE),
        name,
    )


@register.filter
def styled(field: BoundField) -> SafeString:
    """The widget of a form field in the kit's classes; a field with an error is marked as such."""
    widget = field.field.widget
    classes = WIDGET_CLASSES.get(getattr(widget, "input_type", "textarea"), "form-control")
    invalid = "is-invalid" if field.errors else ""
    words = (widget.attrs.get("class", ""), classes, invalid)
    return field.as_widget(attrs={"class": " ".join(filter(None, words))})


@register.simple_tag
def seen(shown: BaseForm | dict[str, two_tabs.Seen]) -> SafeString:
    """The hidden field that says what a form, or a state, showed when the page was opened."""
    state = two_tabs.state_of(_untouched(shown)) if isinstance(shown, BaseForm) else shown
    return format_html(
        '<input type="hidden" name="{}" value="{}">', two_tabs.NAME, two_tabs.written(state)
    )


@register.filter
def seen_before(data: QueryDict) -> str:
    """What the page showed at first, while its form is reshaped or comes back with a mistake."""
    return str(data.get(two_tabs.NAME, ""))


def _untouched(form: BaseForm) -> BaseForm:
    """The form as it was before anybody typed."""
    form = copy.copy(form)
    form.is_bound = False
    return form


@register.filter
def undo_entries(message: Message) -> list[str]:
    """The audit rows that a message offers to take back."""
    return undoing.entries_of(message.extra_tags)


@register.filter
def page_numbers(paginator: "Paginator[Any]", number: int) -> list[int | None]:
    """The page numbers to offer around one; None stands for a gap."""
    offered = paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)
    return [n if isinstance(n, int) else None for n in offered]


@register.simple_tag
def moment(at: dt.datetime | None, absent: str = "—") -> SafeString | str:
    """A point in time as people say it, with the exact one in the site's zone on hover."""
    if at is None:
        return absent
    local = timezone.localtime(at)
    offset = local.strftime("%z")
    exact = f"{local:%Y-%m-%d %H:%M} (UTC{offset[:3]}:{offset[3:]})"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, naturaltime(at)
    )
