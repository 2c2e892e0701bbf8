"""A site from the command line, for installations without `./lab up`."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from engine.errors import LabError
from workspace import keys, sites
from workspace.forms import CURRENCIES
from workspace.models import ApiKey, validate_key


class Command(BaseCommand):
    help = "Make a site, its administrator and its first keys. The keys are printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="part of every address, such as my-shop")
        parser.add_argument("--name", required=True, help="what people call it")
        parser.add_argument("--owner", required=True, help="user name of its administrator")
        parser.add_argument("--currency", default="CNY", choices=CURRENCIES)
        parser.add_argument("--timezone", default="Asia/Shanghai")
        parser.add_argument(
            "--origin",
            action="append",
            default=[],
            help="origin of the shop's pages, such as https://shop.example; may be repeated",
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        owner = get_user_model().objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(
                f"There is no account {options['owner']!r}. "
                "Make it first: python manage.py createsuperuser"
            )
        now = timezone.now()
        try:
            validate_key(options["key"])
            site = sites.create(
                options["key"],
                name=options["name"],
                owner=owner,
                actor=None,
                now=now,
                currency=options["currency"],
                timezone=options["timezone"],
                origins=tuple(options["origin"]),
            )
        except (LabError, ValidationError) as problem:
            raise CommandError("; ".join(getattr(problem, "messages", [str(problem)]))) from None
        _secret, text = keys.create(
            site, name="Server", kind=ApiKey.Kind.SECRET, actor=None, now=now
        )
        publishable = keys.text_of(site.api_keys.get(kind=ApiKey.Kind.PUBLISHABLE))
        self.stdout.write(
            f"Site {site.key} is ready; {owner.get_username()} administers it.\n"
            f"Publishable key: {publishable}\nSecret key (shown only now): {text}"
        )
