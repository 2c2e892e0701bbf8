"""A data plane whose disk does not take what is synced while the file `FAULT_EIO` exists.

Only tests start it, as `tests.faults.failing_disk:app`.
"""

import errno
import os
from pathlib import Path

from delivery.app import app

__all__ = ["app"]

_really = os.fdatasync


def _fdatasync(number: int) -> None:
    if Path(os.environ["FAULT_EIO"]).exists():
        raise OSError(errno.EIO, "Input/output error")
    _really(number)


os.fdatasync = _fdatasync
