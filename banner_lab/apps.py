"""What every Django process needs before it works: the queue that jobs are announced on."""

from importlib import import_module

from django.apps import AppConfig


class Wiring(AppConfig):
    name = "banner_lab"

    def ready(self) -> None:
        # Without it shared tasks would ring at Celery's built-in default address.
        import_module("banner_lab.celery")
