"""Fields that are drawn without templates are the same as with them."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test import override_settings
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from banner_lab.widgets import DRAWN, Renderer

HOSTILE = "\"'><script>alert(1)</script>&amp;&"
CHOICES = [
    ("", "–"),
    (1234567, gettext_lazy("Placement")),
    (HOSTILE, HOSTILE),
    (HOSTILE, ((HOSTILE, mark_safe("<b>bold</b>")), (1, 1234.5))),
    (None, None),
]
ATTRS = {"class": HOSTILE, "required": True, "disabled": False, "data-n": 1234567, HOSTILE: None}
INPUTS = (
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.DateTimeInput,
    forms.TimeInput,
    forms.CheckboxInput,
)
VALUES = (None, "", HOSTILE, 0, 1234567, Decimal("1234.50"), True, dt.date(2026, 11, 26))


def same(widget, value, attrs):
    """Without the white space between elements."""
    ours, theirs = (
        re.sub(r"\s*\n\s*", "", widget.render(HOSTILE, value, dict(attrs), renderer=drawn()))
        for drawn in (Renderer, DjangoTemplates)
    )
    assert ours == theirs
    return ours


@pytest.fixture(params=["en", "zh-hans"], autouse=True)
def language(request):
    with override(request.param), override_settings(USE_THOUSAND_SEPARATOR=True):
        yield


@pytest.mark.parametrize("kind", INPUTS)
def test_input__any_value__same_as_the_template(kind):
    for value in VALUES:
        for attrs in ({}, ATTRS):
            assert "<script>" not in same(kind(), value, attrs)


@pytest.mark.parametrize("kind", [forms.Select, forms.SelectMultiple])
def test_select__groups_and_hostile_words__same_as_the_template(kind):
    for value in (None, "", HOSTILE, 1, [1, HOSTILE]):
        found = same(kind(choices=CHOICES), value, ATTRS)
        assert "<script>" not in found
        assert "<b>bold</b>" in found


@pytest.mark.parametrize("kind", [forms.CheckboxSelectMultiple, forms.RadioSelect])
@pytest.mark.parametrize("wrap", [False, True])
def test_box__alone_or_in_its_label__same_as_the_template(kind, wrap):
    widget = kind(choices=CHOICES)
    attrs = {"id": "of-it", **ATTRS}
    for option in widget.subwidgets(HOSTILE, [1, HOSTILE], attrs):
        context = {"widget": {**option, "wrap_label": wrap}}
        ours, theirs = (
            drawn().render(option["template_name"], context)
            for drawn in (Renderer, DjangoTemplates)
        )
        assert option["template_name"] in DRAWN
        assert ours.replace("\n", "") == theirs.replace("\n", "")
