"""Django settings: one file, everything variable comes from `delivery.config`."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from banner_lab import databases
from delivery.config import ROOT, NotConfigured
from delivery.config import read as read_config

CONFIG = read_config()
BASE_DIR = ROOT
SECRET_KEY = CONFIG.secret_key
DEBUG = CONFIG.debug
DEMO = CONFIG.demo
ALLOWED_HOSTS = list(CONFIG.allowed_hosts)
PUBLIC_URL = CONFIG.public_url
DELIVERY_URL = CONFIG.delivery_url
CHROMIUM = CONFIG.chromium
# Landing pages and webhooks live on the public internet; the demo's own shop on this machine.
FETCH_PRIVATE = CONFIG.fetch_private
FETCH_ORIGINS = [PUBLIC_URL] if DEMO else []
if not DEBUG and "*" in ALLOWED_HOSTS:
    raise NotConfigured("ALLOWED_HOSTS=* is only accepted with DEBUG=1. List the real host names.")

_HTTPS, SHORTEST_KEY = PUBLIC_URL.startswith("https://"), 32
if _HTTPS and DEBUG:
    raise NotConfigured("DEBUG=1 shows secrets to whoever finds an error. Leave it out with https.")
if _HTTPS and len(SECRET_KEY) < SHORTEST_KEY:
    raise NotConfigured("SECRET_KEY is too short to be secret. Write 50 random characters.")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "banner_lab.apps.Wiring",
    "workspace",
    "events",
    "creatives",
    "audiences",
    "experiments",
    "demo",
]

MIDDLEWARE = [
    "workspace.requests.RequestIds",
    "django.middleware.security.SecurityMiddleware",
    "banner_lab.security.ContentSecurityPolicy",
    "banner_lab.compressing.Compressed",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "workspace.session_limits.SessionLimits",
    "workspace.second_factor.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "banner_lab.problems.ProblemPages",
    "experiments.publishing.PublishAfterChange",
]

ROOT_URLCONF = "banner_lab.urls"
WSGI_APPLICATION = "banner_lab.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspace.shell.shell",
            ]
        },
    }
]
FORM_RENDERER = "banner_lab.widgets.Renderer"


DATABASES = {"default": databases.of_url(CONFIG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = CONFIG.state / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(CONFIG.media_root)},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = Path(CONFIG.media_root)
LOG_DAYS = CONFIG.log_days

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "workspace.logging_in.Accounts"
ACCOUNT_FORMS = {"login": "workspace.log_in_form.LogInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up: see the adapter
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = bool(CONFIG.email_url)
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Five wrong passwords for one name, or thirty from one address, then five minutes of rest.
ACCOUNT_RATE_LIMITS = {"login_failed": "30/5m/ip,5/5m/key", "login": "60/m/ip"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ALLAUTH_TRUSTED_PROXY_COUNT = CONFIG.trusted_proxies
SOCIALACCOUNT_ADAPTER = "workspace.logging_in.Providers"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": CONFIG.oidc.name,
                    "client_id": CONFIG.oidc.client_id,
                    "secret": CONFIG.oidc.secret,
                    "settings": {"server_url": CONFIG.oidc.url},
                }
            ],
        }
    }
    if CONFIG.oidc
    else {}
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Banner Lab"
REQUIRE_MFA = CONFIG.require_mfa
# Shared by all processes, and there whenever a log-in is possible at all.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "workspace_cache",
    }
}
PASSWORD_RESET_TIMEOUT = 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]  # is read from inside the house, past the proxy with TLS
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The prefix lets browsers refuse a cookie that another host, or plain HTTP, tries to set.
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrftoken"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_IDLE_SECONDS = 3 * 24 * 3600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:", DELIVERY_URL],
    "media-src": ["'self'", DELIVERY_URL],
    "connect-src": ["'self'", DELIVERY_URL],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}

FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["workspace.access.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["workspace.access.HasSecretKey"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workspace.api.bodies.JsonBody"],
    "EXCEPTION_HANDLER": "banner_lab.problems.drf_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Banner Lab",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    # All at once would keep a browser busy for half a minute.
    "SWAGGER_UI_SETTINGS": {"docExpansion": "none", "defaultModelsExpandDepth": -1},
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "PREPROCESSING_HOOKS": ["workspace.api.document.canonical"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "experiments.api.plane_document.addresses",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ExperimentStatus": "experiments.models.Status",
        "VersionStatus": "creatives.models.Version.Status",
        "VersionKind": "creatives.models.Version.Kind",
        "KeyKind": "workspace.models.ApiKey.Kind",
        "MemberRole": "workspace.models.Role",
        "WatchedRole": "experiments.models.Watched.Role",
    },
}


def _email(url: str) -> dict[str, Any]:
    """`smtp+tls://user:password@host:587`; without one nothing is sent."""
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


globals().update(_email(CONFIG.email_url))

CELERY_BROKER_URL = CONFIG.broker_url

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "banner_lab.log_lines.formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}},
}

CSRF_FAILURE_VIEW = "banner_lab.problems.csrf_failure"
