"""One at a time: whoever writes the totals has his turn."""

from typing import Final

from django.db.backends.utils import CursorWrapper
from django.db.utils import OperationalError
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable

from engine.errors import Unavailable

TURN_PATIENCE: Final = "60s"
"""How long a roll-up waits for another one's chunk to end."""

TURN: Final = 0x1AB0_0E0E
"""The advisory lock that lets one roll-up work at a time."""


class RollupBusy(Unavailable):
    """Another roll-up has been at work for longer than is worth waiting."""

    slug = "rollup-busy"
    title = "The counts are being brought up to date"


def take_turn(cursor: CursorWrapper) -> None:
    """Wait until nobody else writes the totals; the turn ends with the transaction.

    Raises:
        RollupBusy: Another roll-up did not let this one have its turn.
    """
    cursor.execute(f"SET LOCAL lock_timeout = '{TURN_PATIENCE}'")
    try:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise RollupBusy(
            _("Another roll-up is still at work."), hint=_("Try again in a minute."), retry_after=60
        ) from error
