"""One event is one line of the log, and names the request that it belongs to."""

import logging
from typing import Final

from workspace import requests

BREAKS: Final = {ord("\r"): "\\r", ord("\n"): "\\n", 0x85: "\\x85", 0x2028: "\\u2028"}


class Line(logging.Formatter):
    """A line with the number of the request; a break in a message cannot pretend to be another.

    The trace of an error keeps its lines: nobody but the machine writes it.
    """

    def __init__(self, format: str) -> None:  # noqa: A002 - the framework's name
        super().__init__(format, style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the framework's name
        record.request_id = requests.number() or "-"
        record.message = record.message.translate(BREAKS)
        return super().formatMessage(record)
