"""What an installation for real must be: Django's own list, refusals at the start, headers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "STATE_URL": "redis://127.0.0.1:1/1",
    "SECRET_KEY": "f3-a-key-that-nobody-knows-8Zk2mQ7rT1vX9yB4nW6cD0sL5hJ",
    "PSEUDONYM_KEYS": "a-secret-of-the-installation",
    "TOKEN_KEYS": "1:00112233445566778899aabbccddeeff",
    "PUBLIC_URL": "https://lab.shop.example",
    "DELIVERY_URL": "https://banners.shop.example",
    "ALLOWED_HOSTS": "lab.shop.example",
    "REQUIRE_MFA": "administrators",
}


def manage(*arguments: str, state: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | PRODUCTION | {"LAB_STATE": str(state)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check__production_settings__djangos_whole_list_holds(tmp_path):
    found = manage("check", "--deploy", "--fail-level", "WARNING", state=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "no issues (0 silenced)" in found.stdout


COOKIES = "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME)"


def test_cookies__over_https__names_that_no_other_host_can_set(tmp_path):
    found = manage("shell", "--no-imports", "-c", COOKIES, state=tmp_path)
    assert found.stdout.split() == ["__Host-session", "__Host-csrf"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=*"),
        ({"DEBUG": "1"}, "DEBUG=1"),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY"),
        ({"REQUIRE_MFA": "sometimes"}, "REQUIRE_MFA"),
        ({"OIDC_URL": "https://id.example"}, "OIDC_CLIENT_ID"),
    ],
)
def test_start__unsafe_or_half_a_setting__refused_by_name(tmp_path, changed, said):
    found = manage("check", state=tmp_path, **changed)
    assert found.returncode != 0
    assert said in found.stderr
