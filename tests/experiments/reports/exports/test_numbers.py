"""CSV and XLSX say what the payload says, and no name in them becomes a formula."""

import csv
import io

import openpyxl
import pytest

from experiments.models import Report, Variant
from experiments.reports import refresh
from experiments.reports.exports import csv as as_csv
from experiments.reports.exports import tables, xlsx
from experiments.reports.forest import recorded
from experiments.reports.payload import decode
from tests.experiments.reports.exports.taken import (
    a_client,
    a_refreshed_experiment,
    download,
    taken_from,
)
from tests.factories import NOW
from workspace.models import Role

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://evil.example","A")'


@pytest.fixture
def experiment():
    return a_refreshed_experiment()


def rows_of(body: bytes, part: str) -> list[dict[str, str]]:
    return [
        row for row in csv.DictReader(io.StringIO(body.decode("utf-8-sig"))) if row["part"] == part
    ]


def book_of(body: bytes):
    return openpyxl.load_workbook(io.BytesIO(body))


def column(sheet, head: str) -> list:
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(head)].value for row in sheet.iter_rows(min_row=2)]


def test_csv__numbers__to_the_last_digit(experiment):
    data, file = taken_from(experiment).data, as_csv.export(taken_from(experiment))
    found = rows_of(file.body, "variant")
    assert [int(row["clicks"]) for row in found] == [one.clicks for one in data.counts]
    ctr = [data.value("ctr", arm.id).value for arm in data.design.arms]
    assert [float(row["ctr"]) for row in found] == ctr
    assert [float(row["revenue"]) for row in found] == [one.revenue / 100 for one in data.counts]
    assert {row["currency"] for row in found} == {"CNY"}


def test_csv__comparisons_and_days__those_of_the_payload(experiment):
    data, body = taken_from(experiment).data, as_csv.export(taken_from(experiment)).body
    effect = data.primary()[0]
    first = rows_of(body, "comparison")[0]
    assert float(first["lift"]) == effect.lift
    assert float(first["p"]) == effect.p
    assert len(rows_of(body, "day")) == len(data.days)


@pytest.mark.parametrize("name", [FORMULA, "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv__name_like_a_formula__is_text(experiment, name):
    Variant.objects.filter(experiment=experiment, key="b").update(name=name)
    refresh.refresh(experiment, now=NOW, rolled=True)
    found = rows_of(as_csv.export(taken_from(experiment)).body, "variant")[1]["name"]
    assert found[0] == "'"


def test_csv__a_fall__is_a_number_and_not_a_text(experiment):
    assert as_csv.text(-0.25) == "-0.25"


def test_xlsx__read_back__figures_of_the_payload(experiment):
    data, book = taken_from(experiment).data, book_of(xlsx.export(taken_from(experiment)).body)
    assert book.sheetnames[0] == "Verdict"
    assert {"Numbers", "Comparisons", "Days", "Method"} <= set(book.sheetnames)
    numbers = book["Numbers"]
    assert column(numbers, "Visitors") == [one.units for one in data.counts]
    assert column(numbers, "Revenue") == [one.revenue / 100 for one in data.counts]
    assert numbers.cell(2, 11).number_format.startswith('"CNY"')
    lifts = [effect.lift for effect in recorded(data)]
    found = column(book["Comparisons"], "Change")
    assert [one is None for one in found] == [one is None for one in lifts]
    # A workbook holds 16 digits of a number.
    known = [one for one in lifts if one is not None]
    assert [one for one in found if one is not None] == pytest.approx(known, rel=1e-15)
    assert data.primary()[0].lift in lifts


def test_xlsx__verdict_and_method__words_versions_and_hashes(experiment):
    book = book_of(xlsx.export(taken_from(experiment)).body)
    report = Report.objects.get()
    words = " ".join(str(row[1].value) for row in book["Method"].iter_rows())
    for wanted in (
        report.inputs_hash,
        report.result_hash,
        report.method,
        report.code_version,
        "Fieller",
    ):
        assert wanted in words
    assert any("Use B" in str(row[1].value) for row in book["Verdict"].iter_rows())


def test_xlsx__name_like_a_formula__is_text(experiment):
    Variant.objects.filter(experiment=experiment).update(name=FORMULA)
    experiment.name = FORMULA
    refresh.refresh(experiment, now=NOW, rolled=True)
    book = book_of(xlsx.export(taken_from(experiment)).body)
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in kinds
    assert FORMULA in column(book["Numbers"], "Name")[1]


def test_xlsx__no_data__still_a_workbook():
    from engine.stats.aggregates import Aggregates

    empty = a_refreshed_experiment(Aggregates(), Aggregates(), at=NOW)
    book = book_of(xlsx.export(taken_from(empty)).body)
    assert column(book["Numbers"], "Visitors") == [0, 0]


def test_tables__every_row__as_wide_as_its_heads(experiment):
    for table in tables.all_of(decode(Report.objects.get().payload)):
        assert {len(row) for row in table.rows} == {len(table.columns)}


@pytest.mark.parametrize("form", ["csv", "xlsx", "html"])
def test_take__whoever_may_read__gets_an_attachment(experiment, form):
    answer = download(a_client(Role.MARKETER), form)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="hero-2026-11-22.{form}"'
    assert answer["Cache-Control"] == "private, no-store"


def test_take__stranger__does_not_exist(experiment):
    from django.test import Client

    from tests.factories import a_user

    client = Client()
    assert download(client, "csv").status_code == 302
    client.force_login(a_user("stranger"))
    assert download(client, "csv").status_code == 404


@pytest.mark.parametrize(
    ("form", "query"), [("docx", ""), ("csv", "?version=99"), ("csv", "?phase=7"), ("bundle", "")]
)
def test_take__something_that_is_not_there__404(experiment, form, query):
    assert download(a_client(), form, query).status_code == 404


def test_take__draft__says_that_there_is_no_report():
    from tests.factories import an_experiment

    an_experiment(key="hero")
    assert download(a_client(), "csv").status_code == 409


def test_take__bundle_of_a_version__works_the_verdict_out_again(experiment):
    from experiments.reports import bundle

    answer = download(a_client(), "bundle", "?version=1")
    found = bundle.recompute(bundle.read(answer.content))
    assert (found.problem, found.verdict) == ("", "use")
