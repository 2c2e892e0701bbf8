"""A line of the log: one JSON object, and nothing in it that points at a person."""

import json
import logging

import psycopg
import pytest

from banner_lab.log_lines import Text
from banner_lab.stack.status import readable
from delivery.log_lines import Json, reason, scrubbed

MARK = "visitor-zq"


def line(message: str, *args: object, error: BaseException | None = None, **extra) -> dict:
    info = (type(error), error, error.__traceback__) if error else None
    given = {"name": "delivery", "levelno": 40, "levelname": "ERROR", "msg": message}
    record = logging.makeLogRecord({**given, "args": args, "exc_info": info, **extra})
    text = Json().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_line__with_what_a_call_adds__keeps_only_names_that_are_known() -> None:
    found = line("could not answer", door="assign", status=503, request="", user_id=MARK)
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "error", "logger": "delivery", "message": "could not answer",
        "door": "assign", "status": 503,
    }  # fmt: skip


def test_line__of_an_exception__has_its_types_and_places_but_no_text_of_it() -> None:
    try:
        try:
            {}[MARK]
        except KeyError as error:
            raise ValueError(f"no {MARK}") from error
    except ValueError as error:
        found = line("failed", error=error)
    assert found["error"] == "builtins.ValueError ← builtins.KeyError"
    assert found["trace"][-1].startswith("tests/delivery/test_log_lines.py:")
    assert MARK not in json.dumps(found)


def test_reason__of_a_row_that_the_database_refuses__is_its_code() -> None:
    error = psycopg.errors.StringDataRightTruncation(f'value "{MARK}"\nCONTEXT: COPY, "{MARK}"')
    assert reason(error) == "StringDataRightTruncation 22001"
    assert reason(psycopg.OperationalError("connection refused\nsecond")) == "connection refused"
    assert reason(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("token bl1.AbC-d_e.f= end", "token … end"),
        ("key pk_abcDEF-1, sk_x", "key …, …"),
        ("GET /x?user_id=u-42&key=1 200", "GET /x?… 200"),
        ("from 203.0.113.9:5123", "from …"),
        ("from 2001:db8::7.", "from …"),
        ("anna@shop.example bought", "… bought"),
        ("redis://:secret@broker:6379/0", "redis://…@broker:6379/0"),
        ("at 12:00:00, 127.0.0.1:8001 and ::1", "at 12:00:00, 127.0.0.1:8001 and ::1"),
        ("snapshot 118 is in force", "snapshot 118 is in force"),
    ],
)
def test_scrubbed__whatever_may_point_at_somebody__is_struck_out(text, said) -> None:
    assert scrubbed(text) == said


def test_text__for_people__is_scrubbed_too() -> None:
    record = logging.makeLogRecord(
        {"name": "x", "msg": "from %s\r\nERROR", "args": ("203.0.113.9",)}
    )
    assert Text().format(record).endswith(" from …\\r\\nERROR")


def test_readable__json_and_other_lines__read_as_text() -> None:
    shown = readable(
        '{"time": "T", "level": "error", "logger": "x", "message": "m", "status": 503,'
        ' "trace": ["a.py:1 f"]}\nplain {line}\n{broken\n'
    )
    assert shown == "T ERROR x m status=503\n    a.py:1 f\nplain {line}\n{broken\n"
