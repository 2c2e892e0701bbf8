"""Fields for words in every language of a site."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from creatives import landing
from creatives.said import ALT_LENGTH
from creatives.slots import LENGTH
from creatives.words import Saying, Spoken
from delivery.locales import direction
from engine.errors import LabError


def name_of(locale: str) -> str:
    """A language in its own words; its tag where nobody here knows it."""
    try:
        return str(get_language_info(locale.lower())["name_local"])
    except KeyError:
        return locale


class InEveryLanguage(forms.Form):
    """A form whose `alt` is that of the first language of `locales`: with a field for each other.

    What is marked as decorative needs no alternative text.
    """

    decorative = forms.BooleanField(
        label=_("Decorative"),
        required=False,
        help_text=_("It says nothing that the page does not say: screen readers pass over it."),
    )

    def __init__(self, *args: Any, locales: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.locales = tuple(locales)
        for locale in self.locales[1:]:
            self.fields[f"alt_{locale}"] = _alt_in(locale)
        if len(self.locales) > 1:
            attributes = {"lang": self.locales[0], "dir": direction(self.locales[0])}
            self.fields["alt"].widget.attrs |= attributes
        if self.is_bound and self.data.get(self.add_prefix("decorative")):
            self.fields["alt"].required = False

    def other_alts(self) -> list[forms.BoundField]:
        """The fields for the other languages."""
        return [self[f"alt_{locale}"] for locale in self.locales[1:]]

    def alts(self) -> dict[str, str]:
        """What was typed, by language; only of a valid form."""
        return {locale: self.cleaned_data[f"alt_{locale}"] for locale in self.locales[1:]}


def _alt_in(locale: str) -> forms.CharField:
    return forms.CharField(
        label=_("Alternative text in %(language)s") % {"language": name_of(locale)},
        required=False,
        max_length=ALT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "lang": locale, "dir": direction(locale)}),
    )


class LocaleForm(forms.Form):
    """What a banner says in one language; its prefix is the language.

    `source` is what it says in the first language, shown where this one says nothing.
    """

    def __init__(
        self, data: QueryDict | None, *, said: Spoken, source: Spoken, limits: Mapping[str, int]
    ) -> None:
        begin = {"alt": said.alt, "landing_url": said.landing_url}
        begin |= {f"slot_{name}": value for name, value in said.slots.items()}
        super().__init__(data, prefix=said.locale, initial=begin)
        self.said, self.name = said, name_of(said.locale)
        first = said.locale == source.locale
        self.source = "" if first else source.alt
        self.fields["alt"] = _words(_("Alternative text"), said, self.source, ALT_LENGTH)
        for name, text in source.slots.items():
            shown = "" if first else text
            label = name.replace("_", " ").capitalize()
            self.fields[f"slot_{name}"] = _words(label, said, shown, limits.get(name, LENGTH))
            self.fields[f"slot_{name}"].widget.attrs |= {"rows": 2, "data-wide": ""}
        self.fields["landing_url"] = _landing("" if first else source.landing_url)

    @property
    def shown(self) -> str:
        """The alternative text that a visitor of this language gets."""
        return str(self["alt"].value() or "") or self.source

    def saying(self) -> Saying:
        """What was typed; only of a valid form."""
        values = self.cleaned_data
        slots = {name: values[f"slot_{name}"] for name in self.said.slots}
        return Saying(values["alt"], values["landing_url"], slots)

    def refuse(self, problem: LabError) -> None:
        """Show what was refused beside the field it names."""
        field = (problem.field or "").replace("slots.", "slot_")
        words = f"{problem} {problem.hint}" if problem.hint else str(problem)
        self.add_error(field if field in self.fields else None, words)


def _words(label: Any, said: Spoken, source: str, most: int) -> forms.CharField:  # noqa: ANN401 - lazy text
    attributes = {"rows": 3, "lang": said.locale, "dir": said.dir, "data-counted": most}
    attributes |= {"placeholder": source} if source else {}
    return forms.CharField(
        label=label, required=False, max_length=most, widget=forms.Textarea(attrs=attributes)
    )


def _landing(source: str) -> forms.CharField:
    hint = _("Empty: the same as in the first language.") if source else ""
    return forms.CharField(
        label=_("Landing page"),
        required=False,
        max_length=landing.MAX_CHARACTERS,
        widget=forms.URLInput(attrs={"dir": "ltr", "placeholder": source}),
        help_text=hint,
    )
