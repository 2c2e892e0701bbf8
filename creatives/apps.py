from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# What does jobs of these rooms; without Celery (the tests, a command) they must be known as well.
JOBS = (
    "creatives.cuts",
    "creatives.drawing",
    "creatives.generating.making",
    "creatives.landings",
    "creatives.taking_in",
)


class CreativesConfig(AppConfig):
    name = "creatives"
    verbose_name = _("Creatives")

    def ready(self) -> None:
        for name in JOBS:
            import_module(name)
        import_module("creatives.log_words").announce()
