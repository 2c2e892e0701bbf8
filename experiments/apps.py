from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExperimentsConfig(AppConfig):
    name = "experiments"
    verbose_name = _("Experiments")

    def ready(self) -> None:
        # Who runs jobs without Celery (the tests, a command) must know ours as well.
        import_module("experiments.rehearsals.job")
        import_module("experiments.rehearsals.replay")
        import_module("experiments.imports.job")
        import_module("experiments.log_words").announce()
