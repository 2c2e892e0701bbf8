from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Who runs jobs without Celery (the tests, a command) must know ours as well.
JOBS = ("creatives.drawing", "creatives.generating.making")


class CreativesConfig(AppConfig):
    name = "creatives"
    verbose_name = _("Creatives")

    def ready(self) -> None:
        for module in JOBS:
            import_module(module)
