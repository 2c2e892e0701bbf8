#!/usr/bin/env python
"""Django's command-line entry point."""

import os
import sys

from django.core.management import execute_from_command_line

# This command works with the engine alone; whoever only has a bundle has no servers to name.
WITHOUT_SERVERS = "recompute"
NO_SERVERS = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "nothing-is-signed",
    "PSEUDONYM_KEYS": "nobody-is-renamed",
    "TOKEN_KEYS": "1:00000000000000000000000000000000",
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banner_lab.settings")
    if sys.argv[1:2] == [WITHOUT_SERVERS]:
        os.environ.update(NO_SERVERS)
    execute_from_command_line(sys.argv)
