"""Reports need the models' names, not a database: Django with settings that lead nowhere."""

import os

import django
from django.apps import apps

NOWHERE = {
    "DJANGO_SETTINGS_MODULE": "banner_lab.settings",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "bare",
    "PSEUDONYM_KEYS": "bare",
    "TOKEN_KEYS": "1:00112233445566778899aabbccddeeff",
}


def without_database() -> None:
    for name, value in NOWHERE.items():
        os.environ.setdefault(name, value)
    if not apps.ready:
        django.setup()
