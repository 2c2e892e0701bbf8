"""People, sites and what belongs to both: roles, keys, the audit log, jobs."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KEY_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"
validate_key = RegexValidator(
    KEY_PATTERN,
    _("Use lower-case letters, digits, - and _; begin with a letter or digit; at most 64."),
)


def first_locales() -> list[str]:
    """The languages that a new site begins with."""
    return ["en", "zh-Hans"]


class Site(models.Model):
    """A shop. Everything else belongs to exactly one site."""

    key = models.CharField(_("key"), max_length=64, unique=True, validators=[validate_key])
    name = models.CharField(_("name"), max_length=100)
    origins = models.JSONField(
        _("allowed origins"),
        default=list,
        blank=True,
        help_text=_(
            "Origins whose pages may use the publishable keys, such as https://shop.example."
        ),
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Shanghai")
    is_demo = models.BooleanField(_("demo"), default=False)
    count_automated = models.BooleanField(
        _("count automated browsers"),
        default=False,
        help_text=_(
            "For test and demo sites, whose visitors are scripts. Leave it off for a real shop: "
            "crawlers would be counted as people."
        ),
    )
    locales = models.JSONField(
        _("languages"),
        default=first_locales,
        help_text=_("Of the shop, the first one for everybody whose own is not among them."),
    )
    four_eyes = models.BooleanField(
        _("four eyes"),
        default=True,
        help_text=_("Whoever made a banner cannot approve it."),
    )
    launch_review = models.BooleanField(
        _("second person"),
        default=True,
        help_text=_("Another person looks at an experiment before it starts."),
    )
    holdout_share = models.PositiveSmallIntegerField(
        _("holdout"),
        default=0,
        validators=[MaxValueValidator(20)],
        help_text=_("Percent of all visitors who see no experiment for a quarter; 0: nobody."),
    )
    view_window_days = models.PositiveSmallIntegerField(
        _("post-view window"),
        default=30,
        help_text=_("Days after its first exposure in which an order of a visitor counts."),
    )
    click_window_days = models.PositiveSmallIntegerField(
        _("post-click window"),
        default=7,
        help_text=_("Days after a click in which an order counts as won by the click."),
    )
    created_at = models.DateTimeField(auto_now_add=True)
    members: models.ManyToManyField = models.ManyToManyField(  # type: ignore[type-arg]
        settings.AUTH_USER_MODEL, through="Membership", related_name="sites"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    MARKETER = "marketer", _("Marketer")
    MANAGER = "manager", _("Manager")
    ANALYST = "analyst", _("Analyst")
    ADMINISTRATOR = "administrator", _("Administrator")


class Membership(models.Model):
    """What one person may do on one site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "user"], name="one_role_per_site"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.site} · {self.role}"


class ApiKey(models.Model):
    """A key of a storefront or a server. Only the hash is stored; the text is shown once."""

    class Kind(models.TextChoices):
        PUBLISHABLE = "publishable", _("Publishable")
        SECRET = "secret", _("Secret")

    class Scope(models.TextChoices):
        READ = "read", _("Read")
        WRITE = "write", _("Read and write")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    prefix = models.CharField(_("begins with"), max_length=12)
    sha256 = models.CharField(max_length=64, unique=True)
    scope = models.CharField(
        pgettext_lazy("key", "may"),
        max_length=10,
        choices=Scope,
        default=Scope.WRITE,
        help_text=_("Of a secret key."),
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    seen_in_browser_at = models.DateTimeField(null=True, blank=True, editable=False)
    seen_origin = models.TextField(blank=True, default="", db_default="", editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["publishable", "secret"]), name="known_key_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(scope__in=["read", "write"]), name="known_key_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


class AuditEntry(models.Model):
    """Who changed what, and how it was before. Rows are only ever added."""

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, null=True, related_name="audit_entries"
    )
    at = models.DateTimeField(_("time"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="audit_entries"
    )
    actor_name = models.CharField(_("who"), max_length=200)
    action = models.CharField(_("action"), max_length=100)
    object_type = models.CharField(max_length=50)
    object_key = models.CharField(max_length=100)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    # Which one it is of its site, and its tie to the one before; set by the database at the commit.
    place = models.BigIntegerField(null=True, editable=False)
    chain = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar = [
            models.Index(fields=["site", "-at"]),
            models.Index(fields=["site", "object_type", "object_key"]),
            models.Index(fields=["site", "place"], name="audit_by_place"),
            models.Index(fields=["site", "request_id"], name="audit_by_request"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.action} {self.object_type} {self.object_key}"


class Seen(models.Model):
    """What a person has looked at, or put away, on a site: where looking is the step."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    what = models.CharField(_("what"), max_length=50)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("seen")
        verbose_name_plural = _("seen")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "user", "what"], name="seen_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.what}"


class SavedView(models.Model):
    """Filters of a list that somebody wants to see again; `query` is the query string."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=50)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["site", "user", "page", "name"], name="view_name_once"),
        ]

    def __str__(self) -> str:
        return self.name
