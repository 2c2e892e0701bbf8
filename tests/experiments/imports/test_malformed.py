"""Files that are not what they should be: one message with row numbers, and nothing imported."""

import gzip
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Aggregate, Import, UnitTotal
from experiments.models import Experiment, Variant
from tests.factories import a_site

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "user,at,group,bought,amount\n"
ROWS = ((n, n % 9 + 1, "ab"[n % 2], n % 3 // 2, "9.50" if n % 3 == 2 else "") for n in range(1, 41))
GOOD = "".join(f"u{n},2026-01-0{d}T10:00:00,{v},{b},{a}\n" for n, d, v, b, a in ROWS)
MAP = "unit=user,time=at,variant=group,converted=bought,amount=amount"


def load(path, **options):
    out = io.StringIO()
    options = {"site": "shop", "experiment": "old-test", "map": [MAP]} | options
    call_command("import_events", str(path), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def _rows_of_log() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event")
        return cursor.fetchone()[0]


def nothing_imported() -> bool:
    kept = (Import, Experiment, Variant, UnitTotal, Aggregate)
    return not _rows_of_log() and not any(model.objects.exists() for model in kept)


def _with(row: int, line: str) -> str:
    lines = (HEADER + GOOD).splitlines(keepends=True)
    return "".join(lines[: row - 1]) + line + "".join(lines[row - 1 :])


FILES = {
    "wrong columns": ((HEADER + GOOD).replace("group", "arm"), ["'group'", "'arm'", "row 1"]),
    "merge conflict": (_with(20, "<<<<<<< HEAD\n"), ["Row 20", "merge conflict"]),
    "merge conflict end": (_with(9, ">>>>>>> branch-7\n"), ["Row 9", "merge conflict"]),
    "merge conflict middle": (_with(11, "=======\n"), ["Row 11", "merge conflict"]),
    "amount with comma": (
        _with(7, 'u99,2026-01-03T10:00:00,a,1,"1,234.50"\n'),
        ["row 7", "'1,234.50' is not an amount", "--thousands"],
    ),
    "comma without quotes": (
        _with(7, "u99,2026-01-03T10:00:00,a,1,1,234.50\n"),
        ["row 7", "6 cells instead of 5"],
    ),
    "ragged": (_with(3, "u99,2026-01-03\n"), ["row 3", "2 cells instead of 5"]),
    "double header": (HEADER.replace("user", "at") + GOOD, ["row 1", "'at'"]),
    "empty": ("", ["empty"]),
    "header only": (HEADER, ["no rows"]),
    "not closed quote": (_with(5, 'u99,2026-01-03,a,0,"\n'), ["row 5", "not closed"]),
    "text after quote": (_with(5, 'u99,2026-01-03,"a"b,0,\n'), ["Row 5", "quote"]),
    "no time": (_with(6, "u99,yesterday,a,0,\n"), ["row 6", "column at", "'yesterday'"]),
    "in the future": (_with(6, "u99,2099-01-01,a,0,\n"), ["row 6", "'2099-01-01'"]),
    "no visitor": (_with(6, ",2026-01-01,a,0,\n"), ["row 6", "column user", "empty"]),
    "no flag": (_with(6, "u99,2026-01-01,a,maybe,\n"), ["row 6", "'maybe'"]),
    "negative amount": (_with(6, "u99,2026-01-01,a,1,-5\n"), ["row 6", "'-5'"]),
    "amount unsold": (_with(6, "u99,2026-01-01,a,0,5\n"), ["row 6", "nothing was bought"]),
    "too fine": (_with(6, "u99,2026-01-01,a,1,5.005\n"), ["row 6", "decimal places"]),
    "one variant": (
        HEADER + "u1,2026-01-01,a,0,\nu2,2026-01-01,a,0,\n",
        ["one variant only"],
    ),
    "many bad rows": (
        HEADER + "".join(f"u{n},never,a,0,\n" for n in range(30)),
        ["30 rows", "row 2:", "20 more"],
    ),
    "json array": ('[{"user": 1}]', ["one JSON document", "jq"]),
    "bare returns": ((HEADER + GOOD).replace("\n", "\r"), ["carriage return"]),
}


@pytest.mark.parametrize("name", FILES)
def test_import_events__malformed__one_message_with_rows_and_nothing_imported(name, tmp_path):
    a_site()
    text, expected = FILES[name]
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(CommandError) as refused:
        load(path)
    for piece in expected:
        assert piece in str(refused.value)
    assert nothing_imported()


BYTES = {
    "torn gzip": (lambda: gzip.compress((HEADER + GOOD * 50).encode())[:-200], ["cut off", "row"]),
    "broken checksum": (
        lambda: gzip.compress((HEADER + GOOD).encode())[:-8] + b"\0" * 8,
        ["damaged after row 41"],
    ),
    "latin": (
        lambda: (HEADER + "ü,2026-01-01,a,0,\n" + GOOD).encode("latin-1"),
        ["not UTF-8", "rows 2", "iconv"],
    ),
    "mixed": (
        lambda: (HEADER + "ü,2026-01-01,a,0,\n").encode() + "é,2026-01-01,a,0,\n".encode("latin-1"),
        ["mixes encodings", "rows 3"],
    ),
    "nul": (lambda: (HEADER + GOOD).encode() + b"u\0,2026-01-01,a,0,\n", ["Row 42", "NUL"]),
    "utf-16": (lambda: (HEADER + GOOD).encode("utf-16"), ["UTF-16"]),
    "workbook": (lambda: b"PK\x03\x04 and more", ["Excel"]),
    "endless": (lambda: b"x" * (4 * 1024 * 1024 + 2), ["Row 1", "4 MiB"]),
}


@pytest.mark.parametrize("name", BYTES)
def test_import_events__wrong_bytes__one_message_with_rows_and_nothing_imported(name, tmp_path):
    a_site()
    make, expected = BYTES[name]
    path = tmp_path / "file.csv.gz"
    path.write_bytes(make())
    with pytest.raises(CommandError) as refused:
        load(path)
    for piece in expected:
        assert piece in str(refused.value)
    assert nothing_imported()


GOOD_WAYS = {
    "plain": (HEADER + GOOD).encode,
    "gzip": lambda: gzip.compress((HEADER + GOOD).encode()),
    "mark": lambda: (HEADER + GOOD).encode("utf-8-sig"),
    "mark in gzip": lambda: gzip.compress((HEADER + GOOD).encode("utf-8-sig")),
    "crlf": lambda: (HEADER + GOOD).replace("\n", "\r\n").encode(),
    "no last line end": lambda: (HEADER + GOOD).rstrip("\n").encode(),
    "semicolons": lambda: (HEADER + GOOD).replace(",", ";").encode(),
    "tabs": lambda: (HEADER + GOOD).replace(",", "\t").encode(),
    "blank lines": (HEADER + GOOD.replace("\n", "\n\n")).encode,
    "spaces": lambda: (HEADER + GOOD).replace(",", " , ").encode(),
}


@pytest.mark.parametrize("name", GOOD_WAYS)
def test_import_events__usual_ways_to_write_it__all_give_the_same(name, tmp_path):
    a_site()
    path = tmp_path / "file.csv"
    path.write_bytes(GOOD_WAYS[name]())
    said = load(path)
    assert "40 kept" in said
    assert UnitTotal.objects.count() == 40
    assert UnitTotal.objects.filter(orders=1, revenue=950).count() == 13
    (tmp_path / "plain.csv").write_bytes(GOOD_WAYS["plain"]())
    assert "Nothing new" in load(tmp_path / "plain.csv")


def test_import_events__marks_of_thousands_named__repaired_and_reported(tmp_path):
    a_site()
    path = tmp_path / "file.csv"
    path.write_text(_with(7, 'u99,2026-01-03T10:00:00,a,1,"1,234.50"\n'), encoding="utf-8")
    said = load(path, thousands=",")
    assert "1 row repaired: marks of thousands taken out of amounts (row 7)" in said
    assert UnitTotal.objects.filter(revenue=123_450).count() == 1


@pytest.mark.parametrize("amount", ["12,34.50", "1,23", ",5", "1,2345"])
def test_import_events__marks_where_they_do_not_belong__refused(amount, tmp_path):
    a_site()
    path = tmp_path / "file.csv"
    path.write_text(_with(7, f'u99,2026-01-03T10:00:00,a,1,"{amount}"\n'), encoding="utf-8")
    with pytest.raises(CommandError, match="row 7"):
        load(path, thousands=",")
    assert nothing_imported()


def test_import_events__unreadable_rows_to_be_dropped__left_out_and_counted(tmp_path):
    a_site()
    path = tmp_path / "file.csv"
    path.write_text(_with(6, "u99,yesterday,a,0,\n"), encoding="utf-8")
    assert "1 row left out, because they cannot be read" in load(path, drop_unreadable=True)
    assert UnitTotal.objects.count() == 40


TOTALS = "test,arm,shown,clicked,week\nt1,a,100,5,201401\nt1,b,90,9,201401\n"
BAD_TOTALS = {
    "more clicks": (TOTALS + "t2,a,5,9,201401\n", ["row 4", "9 clicks of 5 impressions"]),
    "twice": (TOTALS + "t1,b,90,9,201401\n", ["row 4", "twice"]),
    "commas": (TOTALS + 't2,a,"1,234",9,201401\n', ["row 4", "'1,234'"]),
    "no week": (TOTALS + "t2,a,10,9,soon\n", ["row 4", "'soon'"]),
    "alone": ("test,arm,shown,clicked,week\nt1,a,100,5,201401\n", ["No test"]),
    "columns": (TOTALS.replace("shown", "seen"), ["'shown'", "'seen'"]),
}


@pytest.mark.parametrize("name", BAD_TOTALS)
def test_import_results__malformed__one_message_with_rows_and_nothing_imported(name, tmp_path):
    a_site()
    text, expected = BAD_TOTALS[name]
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError) as refused:
        call_command(
            "import_results",
            str(path),
            site="shop",
            map=["test=test,variant=arm,impressions=shown,clicks=clicked,week=week"],
        )
    for piece in expected:
        assert piece in str(refused.value)
    assert nothing_imported()
