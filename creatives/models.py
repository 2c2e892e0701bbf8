"""What is shown, and where: creatives with immutable versions, and placements."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
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

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """One immutable state of a creative: picture, words, destination."""

    class Kind(models.TextChoices):
        IMAGE = "image", _("Image")

    creative = models.ForeignKey(Creative, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.IMAGE)
    alt = models.CharField(_("alternative text"), max_length=250)
    landing_url = models.URLField(_("landing page"), max_length=2000)
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    frames = models.PositiveIntegerField(default=1)
    original_name = models.CharField(max_length=255)
    original_type = models.CharField(max_length=50)
    original_bytes = models.PositiveIntegerField()
    original_sha256 = models.CharField(max_length=64)
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
        ]

    def __str__(self) -> str:
        return f"{self.creative} v{self.number}"


class Rendition(models.Model):
    """One re-encoded file of a version; `file` is `<sha256>.<ext>` under the media folder."""

    class Purpose(models.TextChoices):
        SERVED = "served", _("Served")
        THUMBNAIL = "thumbnail", _("Thumbnail")

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="renditions")
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.SERVED)
    file = models.CharField(max_length=80)
    mime_type = models.CharField(max_length=50)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    density = models.PositiveSmallIntegerField(default=1)
    bytes = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")

    def __str__(self) -> str:
        return self.file


class Placement(models.Model):
    """A slot of the shop that a banner fills. It belongs to exactly one layer (by its key)."""

    class PageType(models.TextChoices):
        WELCOME = "welcome", _("Welcome")
        PRODUCT = "product", _("Product")
        PROMOTION = "promotion", _("Promotion")
        CLEARANCE = "clearance", _("Clearance")
        CATEGORY = "category", _("Category")
        CART = "cart", _("Cart")
        SEARCH = "search", _("Search")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="placements")
    key = models.CharField(_("key"), max_length=64, validators=[validate_key])
    name = models.CharField(_("name"), max_length=120)
    page_type = models.CharField(
        _("page"), max_length=20, choices=PageType, default=PageType.WELCOME
    )
    width = models.PositiveIntegerField(_("width"), help_text=_("In CSS pixels."))
    height = models.PositiveIntegerField(_("height"), help_text=_("In CSS pixels."))
    layer = models.CharField(
        _("layer"),
        max_length=64,
        validators=[validate_key],
        help_text=_("Experiments of one layer exclude each other."),
    )
    fallback = models.ForeignKey(
        Creative,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fallback_of",
        verbose_name=_("default creative"),
        help_text=_("Shown to everybody whom no experiment reaches."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "key"], name="placement_key_once_per_site"),
            models.CheckConstraint(
                condition=models.Q(width__gte=1, height__gte=1), name="placement_has_a_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.width}×{self.height})"
