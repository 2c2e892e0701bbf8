"""The web process of the control plane."""

import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banner_lab.settings")
application = get_wsgi_application()
# Every view is imported here, once, before gunicorn forks; not in each worker by its first visitor.
import_module("banner_lab.urls")
