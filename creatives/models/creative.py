"""What is shown: creatives, their versions, the words per language and the files."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.models import Site, validate_key


class Creative(models.Model):
    """A banner. What visitors see is one of its versions."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="creatives")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=120)
    cap_per_session = models.PositiveSmallIntegerField(
        _("at most per session"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How often one visitor is shown it in one visit; empty: as often as it comes."),
    )
    cap_per_day = models.PositiveSmallIntegerField(
        _("at most per day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("How often one visitor is shown it on one day; empty: as often as it comes."),
    )
    live = models.ForeignKey(
        "Version",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("version shown"),
        help_text=_("The approved version that visitors see."),
    )
    tags = ArrayField(
        models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_creatives",
        verbose_name=_("owner"),
    )
    licence = models.CharField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("Where the pictures come from and what they may be used for."),
    )
    expires_at = models.DateTimeField(
        _("expires"),
        null=True,
        blank=True,
        help_text=_("From then on it is not shown any more."),
    )
    expired_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("creative")
        verbose_name_plural = _("creatives")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="creative_key_once_per_site"),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["tags"], name="creative_tags"),
            models.Index(fields=["site", "-created_at", "-id"], name="creative_newest"),
            models.Index(
                fields=["expires_at"],
                name="creative_expiring",
                condition=models.Q(expired_at=None, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One immutable state of a creative: picture, words, destination."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")
        VIDEO = "video", _("Film")
        COMPOSED = "html", _("Composed")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.IMAGE)
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.DRAFT, editable=False
    )
    alt = models.CharField(_("alternative text"), max_length=250, blank=True)
    decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("It says nothing that the page does not say: screen readers pass over it."),
    )
    landing_url = models.URLField(_("landing page"), max_length=2000)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    frames = models.PositiveIntegerField(default=1)
    duration_ms = models.PositiveIntegerField(_("duration"), default=0)
    focus_x = models.PositiveSmallIntegerField(
        _("focal point, across"), default=50, validators=[MaxValueValidator(100)]
    )
    focus_y = models.PositiveSmallIntegerField(
        _("focal point, down"), default=50, validators=[MaxValueValidator(100)]
    )
    facts = models.JSONField(default=dict, blank=True)
    design = models.CharField(_("design"), max_length=64, blank=True)
    slots = models.JSONField(default=dict, blank=True)
    levels = models.JSONField(
        default=dict, blank=True, help_text=_("Which option of each slot a generated banner has.")
    )
    html = models.TextField(blank=True)
    stylesheet = models.CharField(max_length=80, blank=True)
    product = models.ForeignKey(
        "Product", on_delete=models.SET_NULL, null=True, blank=True, related_name="versions"
    )
    original_name = models.CharField(max_length=255)
    original_type = models.CharField(max_length=50)
    original_bytes = models.PositiveIntegerField()
    original_sha256 = models.CharField(max_length=64)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["creative", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["draft", "in_review", "approved", "rejected", "withdrawn"]
                ),
                name="known_version_status",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["submitted_at"],
                name="versions_in_review",
                condition=models.Q(status="in_review"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.creative} v{self.number}"


class Copy(models.Model):
    """The words of a version in another language of the site."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="copies")
    locale = models.CharField(_("language"), max_length=35)
    alt = models.CharField(_("alternative text"), max_length=250, blank=True)
    landing_url = models.URLField(
        _("landing page"),
        max_length=2000,
        blank=True,
        help_text=_("Empty: the same as in the first language."),
    )
    slots = models.JSONField(default=dict, blank=True)
    html = models.TextField(blank=True)

    class Meta:
        ordering = ["locale"]
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "locale"], name="one_copy_per_language"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.locale}"


class Rendition(models.Model):
    """One file of a version, made here; `file` is `<sha256>.<ext>` under the media folder.

    `css_width` and `css_height` say for which size of a slot it was cut; 0 is the picture as it is.
    """

    class Purpose(models.TextChoices):
        SERVED = "served", _("Served")
        THUMBNAIL = "thumbnail", _("Thumbnail")
        POSTER = "poster", _("Poster")

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="renditions")
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.SERVED)
    file = models.CharField(max_length=80)
    mime_type = models.CharField(max_length=50)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    density = models.PositiveSmallIntegerField(default=1)
    css_width = models.PositiveIntegerField(default=0)
    css_height = models.PositiveIntegerField(default=0)
    locale = models.CharField(max_length=35, blank=True)
    bytes = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")

    def __str__(self) -> str:
        return self.file
