"""Whether the audit log still says what it said; names the first row that does not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workspace import chain
from workspace.models import Site


class Command(BaseCommand):
    help = (
        "Follow the hash chain of the audit log and name the first row that does not fit. Keep "
        "what it prints elsewhere: with --noted it also finds a log cut off or written anew."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("site", nargs="?", help="key of one site; without it, all of them")
        parser.add_argument(
            "--noted", metavar="ROWS:HEAD", help="what it printed for this site at an earlier time"
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401
        noted = _noted(options["noted"], options["site"])
        broken = [
            name for name, site in _sites(options["site"]) if not self._fits(name, site, noted)
        ]
        if broken:
            raise CommandError(f"The audit log does not fit: {', '.join(broken)}.")

    def _fits(self, name: str, site: Site | None, noted: chain.Noted | None) -> bool:
        verdict = chain.verify(site, noted=noted)
        if (bad := verdict.misfit) is None:
            self.stdout.write(f"{name}: {verdict.rows} rows fit. {verdict.rows}:{verdict.head}")
            return True
        self.stderr.write(f"{name}: row id {bad.entry}, place {bad.place}: {bad.why}")
        return False


def _sites(key: str | None) -> list[tuple[str, Site | None]]:
    if key is None:
        return [("(installation)", None), *((s.key, s) for s in Site.objects.order_by("key"))]
    site = Site.objects.filter(key=key).first()
    if site is None:
        raise CommandError(f"There is no site {key!r}.")
    return [(key, site)]


def _noted(text: str | None, site: str | None) -> chain.Noted | None:
    if text is None:
        return None
    rows, _colon, head = text.partition(":")
    if site is None or not rows.isdecimal():
        raise CommandError("--noted ROWS:HEAD goes with one site, as verify_audit printed it.")
    return chain.Noted(int(rows), head)
