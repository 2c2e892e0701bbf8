"""Everything that is set from outside, read once, failing with a sentence that says what to do.

Both planes start from here: the data plane uses it as it is, `banner_lab.settings` imports it.
A value is looked for in the process environment, then in `.env` in the project's root, then in
the file that `./lab up` writes for the servers it has started.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from delivery.limits import BROWSER_RATE

ROOT = Path(__file__).resolve().parent.parent

SHORTEST_SECRET = 16
LOG_FORMATS = ("", "json", "text")
WHO_NEEDS_MFA = ("nobody", "administrators", "everybody")
LOG_DAYS = 400
LEAST_LOG_DAYS = 100
"""Events may name a day of up to 90 days ago (`identity`, `token`): a day that was dropped must not
come back, or what is in it would count again."""
_NEEDED = {
    "DATABASE_URL": "postgresql://user:password@host:5432/name",
    "CELERY_BROKER_URL": "redis://:password@host:6379/0",
    "SECRET_KEY": "50 or more random characters",
    "PSEUDONYM_KEYS": "one or more secrets separated by commas, the oldest first",
    "TOKEN_KEYS": "id:hexsecret pairs separated by commas; the first one signs",
}


class NotConfigured(SystemExit):
    """A setting is missing or unreadable; the message says which and what to write."""


@dataclass(frozen=True, slots=True)
class OidcConfig:
    """An OpenID Connect provider that people may log in with; `url` is its issuer."""

    name: str
    url: str
    client_id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Config:
    """The settings shared by both planes.

    `token_keys` maps a one-byte key id to its secret; the first signs, all verify.
    `pseudonym_keys` is a chain, the oldest key first.
    """

    database_url: str
    broker_url: str
    state_url: str
    secret_key: str
    debug: bool
    demo: bool
    allowed_hosts: tuple[str, ...]
    public_url: str
    delivery_url: str
    pseudonym_keys: tuple[bytes, ...]
    token_keys: dict[int, bytes]
    media_root: Path
    delivery_state: Path
    state: Path
    chromium: str = ""
    fetch_private: bool = False
    require_mfa: str = "nobody"
    email_url: str = ""
    oidc: "OidcConfig | None" = None
    trusted_proxies: int = 0
    metrics_token: str = ""
    log_format: str = ""
    browser_rate: int = BROWSER_RATE
    log_days: int = LOG_DAYS

    @property
    def logs_json(self) -> bool:
        """Whether pages and workers log as JSON: where they run for others, unless told."""
        return (self.log_format or ("json" if self._in_production else "text")) == "json"

    @property
    def _in_production(self) -> bool:
        return self.public_url.startswith("https://")


def read_file(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; an empty value, as in a copied example, counts as not set."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return {}
    pairs = (
        line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#")
    )
    values = {name.strip(): value.strip().strip("\"'") for name, value in pairs}
    return {name: value for name, value in values.items() if value}


def _sources() -> dict[str, str]:
    dotenv = read_file(ROOT / ".env")
    state = os.environ.get("LAB_STATE") or dotenv.get("LAB_STATE") or str(ROOT / "var")
    stack = read_file(Path(state) / "stack.env")
    return {**stack, **dotenv, **os.environ, "LAB_STATE": state}


def _flag(values: dict[str, str], name: str) -> bool:
    word = values.get(name, "0").lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"0", "false", "no", "off", ""}:
        return False
    raise NotConfigured(f"{name}={word!r} is neither yes nor no. Write 1 or 0.")


def _choice(values: dict[str, str], name: str, known: tuple[str, ...]) -> str:
    word = values.get(name, known[0]).lower()
    if word not in known:
        raise NotConfigured(
            f"{name}={word!r} is not known. Write one of: {', '.join(filter(None, known))}."
        )
    return word


def _count(values: dict[str, str], name: str, *, usual: int = 0) -> int:
    text = values.get(name, str(usual))
    if not text.isdecimal():
        raise NotConfigured(f"{name}={text!r} is no number. Write 0, 1, 2 …")
    return int(text)


def _log_days(values: dict[str, str]) -> int:
    text = values.get("LOG_DAYS", str(LOG_DAYS))
    if not text.isdecimal() or int(text) < LEAST_LOG_DAYS:
        raise NotConfigured(
            f"LOG_DAYS={text!r} is not possible. Write for how many days events are kept: "
            f"{LEAST_LOG_DAYS} or more, because late events may belong to a day that long ago."
        )
    return int(text)


def _oidc(values: dict[str, str]) -> OidcConfig | None:
    names = ("OIDC_URL", "OIDC_CLIENT_ID", "OIDC_SECRET")
    given = [values.get(name, "") for name in names]
    if not any(given):
        return None
    if not all(given):
        raise NotConfigured(f"Log-in by OpenID Connect needs all of {', '.join(names)}.")
    return OidcConfig(values.get("OIDC_NAME", "Single sign-on"), *given)


def _token_keys(text: str) -> dict[int, bytes]:
    try:
        pairs = [pair.split(":", 1) for pair in text.split(",")]
        keys = {int(key_id): bytes.fromhex(secret) for key_id, secret in pairs}
    except ValueError:
        raise NotConfigured(
            "TOKEN_KEYS cannot be read. Write pairs such as 1:5f2c… (id 0-255, secret in hex)."
        ) from None
    too_short = any(len(secret) < SHORTEST_SECRET for secret in keys.values())
    if too_short or any(key_id not in range(256) for key_id in keys):
        raise NotConfigured("TOKEN_KEYS needs ids of 0-255 and secrets of at least 16 bytes.")
    return keys


def _require(values: dict[str, str]) -> None:
    missing = [name for name in _NEEDED if not values.get(name)]
    if missing:
        wanted = "\n".join(f"  {name}={_NEEDED[name]}" for name in missing)
        raise NotConfigured(
            "Banner Lab is not configured. Start everything with ./lab up, or set these in the "
            f"environment or in .env (see .env.example):\n{wanted}"
        )


def read() -> Config:
    """Read the configuration; raises NotConfigured with a remedy when something is missing."""
    values = _sources()
    _require(values)
    state = Path(values["LAB_STATE"])
    return Config(
        database_url=values["DATABASE_URL"],
        broker_url=values["CELERY_BROKER_URL"],
        state_url=values.get("STATE_URL", ""),
        secret_key=values["SECRET_KEY"],
        debug=_flag(values, "DEBUG"),
        demo=_flag(values, "DEMO"),
        allowed_hosts=tuple(
            host.strip()
            for host in values.get("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
        ),
        public_url=values.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        delivery_url=values.get("DELIVERY_URL", "http://127.0.0.1:8001").rstrip("/"),
        pseudonym_keys=tuple(key.encode() for key in values["PSEUDONYM_KEYS"].split(",")),
        token_keys=_token_keys(values["TOKEN_KEYS"]),
        media_root=Path(values.get("MEDIA_ROOT") or state / "media"),
        delivery_state=Path(values.get("DELIVERY_STATE") or state / "delivery"),
        state=state,
        chromium=values.get("LAB_CHROMIUM", ""),
        fetch_private=_flag(values, "FETCH_PRIVATE"),
        require_mfa=_choice(values, "REQUIRE_MFA", WHO_NEEDS_MFA),
        email_url=values.get("EMAIL_URL", ""),
        oidc=_oidc(values),
        trusted_proxies=_count(values, "TRUSTED_PROXIES"),
        metrics_token=values.get("METRICS_TOKEN", ""),
        log_format=_choice(values, "LOG_FORMAT", LOG_FORMATS),
        browser_rate=_count(values, "BROWSER_RATE", usual=BROWSER_RATE),
        log_days=_log_days(values),
    )
