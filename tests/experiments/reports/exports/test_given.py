"""Exports of tests that were imported as totals."""

import csv
import io

import openpyxl
import pytest
from django.core.management import call_command

from experiments.models import Experiment
from experiments.reports.exports import csv as as_csv
from experiments.reports.exports import given, xlsx
from tests.experiments.reports.exports.taken import a_refreshed_experiment, taken_from
from tests.factories import a_site

pytestmark = pytest.mark.django_db(transaction=True)


def imported(path, text: str, columns: str):
    """An experiment from a file."""
    a_site()
    path.write_text(text, encoding="utf-8")
    call_command("import_results", str(path), site="shop", map=[columns], stdout=io.StringIO())
    return taken_from(Experiment.objects.get())


def rows_of(body: bytes) -> list[dict[str, str]]:
    lines = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    return [row for row in lines if row["part"] == "variant"]


def test_csv__totals_of_impressions__nobody_counted_visitors_or_orders(tmp_path):
    text = "t,v,i,c,d\nx,a,1000,0,2025-01-01\nx,b,1100,0,2025-01-01\n"
    columns = "test=t,variant=v,impressions=i,clicks=c,time=d"
    rows = rows_of(as_csv.export(imported(tmp_path / "a.csv", text, columns)).body)
    assert [(row["impressions"], row["clicks"]) for row in rows] == [("1000", "0"), ("1100", "0")]
    empty = ("visitors", "viewable", "carts", "orders", "buyers", "revenue")
    assert {row[name] for row in rows for name in empty} == {""}
    assert rows[0]["note"] == given.note()


def test_xlsx__totals_of_visitors__what_is_not_there_is_empty(tmp_path):
    text = "t,v,n,o,d\nx,a,1000,50,2025-01-01\nx,b,1100,0,2025-01-01\n"
    columns = "test=t,variant=v,visitors=n,orders=o,time=d"
    body = xlsx.export(imported(tmp_path / "a.csv", text, columns)).body
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[1]
    heads, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    assert [(row["Visitors"], row["Buyers"]) for row in found] == [(1_000, 50), (1_100, 0)]
    for name in ("Impressions", "Clicks", "Orders", "Revenue", "Carts"):
        assert {row[name] for row in found} == {None}
    assert found[0]["Note"] == given.note()


@pytest.mark.django_db
def test_csv__test_that_ran_here__zeros_are_zeros():
    rows = rows_of(as_csv.export(taken_from(a_refreshed_experiment())).body)
    assert rows[0]["carts"] == "0"
    assert "note" not in rows[0]
