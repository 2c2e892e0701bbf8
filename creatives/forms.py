"""What people may type about creatives, and a file that survives a second try."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from creatives import details, landing, media, uploads
from creatives.uploads import Picture
from creatives.word_forms import InEveryLanguage
from engine.errors import LabError
from workspace.models import validate_key

SALT = "creatives.upload"
# Long enough to correct a form, short enough for nobody to build on it.
KEPT_SECONDS = 24 * 3600
ACCEPT = "image/jpeg,image/png,image/gif,image/webp,image/avif,video/mp4,video/webm"


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload that was good while another field was not: it need not be chosen again."""

    original: str
    thumbnail: str
    filename: str

    def sealed(self) -> str:
        return signing.dumps([self.original, self.thumbnail, self.filename], salt=SALT)

    @classmethod
    def opened(cls, text: str) -> "Kept | None":
        try:
            return cls(*signing.loads(text, salt=SALT, max_age=KEPT_SECONDS))
        except (signing.BadSignature, TypeError):
            return None


def keep(picture: Picture, filename: str) -> Kept:
    """Put a good upload aside until the rest of its form is good as well."""
    return Kept(
        media.keep_original(picture.original, picture.sort.extension),
        media.store(picture.thumbnail.data, picture.thumbnail.extension),
        filename,
    )


def say(problem: LabError) -> str:
    """An error as the sentence beside a field."""
    return f"{problem} {problem.hint}" if problem.hint else str(problem)


class VersionForm(InEveryLanguage):
    """A picture and its words; on a creative that has a picture the file may be left out."""

    upload = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT, "data-upload": ""}),
        help_text=_(
            "JPEG, PNG, GIF, WebP or AVIF, up to 5 MB and 16.8 megapixels; animations up to "
            "300 frames (an animated PNG stays one). Films as MP4 or WebM, up to 4 MB and 15 "
            "seconds; they are shown without sound."
        ),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    alt = forms.CharField(
        label=_("Alternative text"),
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What the banner says, for people who do not see it and while it loads."),
    )
    landing_url = forms.CharField(
        label=_("Landing page"),
        max_length=landing.MAX_CHARACTERS,
        widget=forms.URLInput(attrs={"placeholder": "https://shop.example/spring"}),
        help_text=_("Where a click leads."),
    )

    def __init__(self, *args: Any, picture_needed: bool = True, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.picture_needed = picture_needed
        self.picture: Picture | None = None
        self.filename = ""
        self.keeping: Kept | None = None

    def clean_landing_url(self) -> str:
        try:
            return landing.check(self.cleaned_data["landing_url"])
        except LabError as problem:
            raise forms.ValidationError(say(problem)) from None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file, kept = values.get("upload"), Kept.opened(values.get("kept") or "")
        try:
            if file:
                self._take(file)
            elif kept:
                self._take_again(kept)
        except LabError as problem:
            self.add_error("upload", say(problem))
        if self.picture is None and self.picture_needed and "upload" not in self.errors:
            self.add_error("upload", _("Choose a picture."))
        return values

    def _take(self, file: "UploadedFile[bytes]") -> None:
        self.picture, self.filename = uploads.accept(file), file.name or ""  # type: ignore[arg-type]
        if self.errors:
            self.keeping = keep(self.picture, self.filename)

    def _take_again(self, kept: Kept) -> None:
        original = media.original(kept.original)
        if original is not None:
            self.picture, self.filename = uploads.accept(original), kept.filename
            self.keeping = kept

    @property
    def shown(self) -> Kept | None:
        """The picture that a form begins with, if it was chosen on an earlier page."""
        return self.keeping or Kept.opened(str(self["kept"].value() or ""))

    def refuse(self, problem: LabError) -> None:
        """Show what the use-case refused beside the field it names."""
        field = problem.field if problem.field in self.fields else None
        self.add_error(field, say(problem))


class CreativeForm(VersionForm):
    """A new creative."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("For your team; visitors never see it.")
    )
    key = forms.CharField(
        label=_("Key"),
        required=False,
        max_length=64,
        validators=[validate_key],
        help_text=_("For the API. Left empty it is made from the name."),
    )
    field_order = ("upload", "kept", "name", "alt", "landing_url", "key")


class NameForm(forms.Form):
    """Another name."""

    name = forms.CharField(label=_("Name"), max_length=120)


def _no_cap() -> str:
    return gettext("Between 1 and %(most)s, or empty for no limit.") % {"most": details.LARGEST_CAP}


def _cap(label: Any) -> forms.IntegerField:  # noqa: ANN401 - lazy text
    """A limit; nothing typed is none."""
    wrong = lazy(_no_cap, str)()  # in the language of whoever typed it
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=details.LARGEST_CAP,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": "∞"}),
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


class CapsForm(forms.Form):
    """How often one visitor is shown a banner at most."""

    cap_per_session = _cap(_("At most, per visit"))
    cap_per_day = _cap(_("At most, per day"))

    def refuse(self, problem: LabError) -> None:
        """Show what the use-case refused beside the field it names."""
        self.add_error(problem.field if problem.field in self.fields else None, say(problem))
