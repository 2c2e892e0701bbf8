"""The shop's product feed: a CSV of any usual sort, row by row, each with what became of it."""

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from creatives import landing, prices
from creatives.filling import tidy
from creatives.models import Product
from delivery.currencies import ISO_4217
from engine.errors import InvalidInput, LabError, TooLarge
from workspace import audit
from workspace.models import Site

FIELD: Final = "feed"
MOST_BYTES: Final = 5 * 1024 * 1024
MOST_ROWS: Final = 5_000
SEPARATORS: Final = ",;\t|"
# What feeds call their columns; the first name is ours.
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "sku": ("sku", "id", "g:id", "product id", "item id", "商品编号", "货号", "编号"),
    "title": ("title", "g:title", "name", "product name", "标题", "商品名称", "名称"),
    "brand": ("brand", "g:brand", "品牌"),
    "category": ("category", "product type", "g:product_type", "product_type", "类别", "分类"),
    "price": ("price", "g:price", "价格", "售价", "现价"),
    "sale_price": ("sale price", "sale_price", "g:sale_price", "促销价"),
    "old_price": ("old price", "old_price", "price before", "was", "原价", "划线价"),
    "currency": ("currency", "币种", "货币"),
    "url": ("url", "link", "g:link", "page", "链接", "商品链接"),
}
KNOWN: Final = {name: ours for ours, names in NAMES.items() for name in names}
NEEDED: Final = ("sku", "title", "price", "url")
LENGTHS: Final = {"sku": 64, "title": 200, "brand": 100, "category": 100}
MOST_FACTS: Final = 20
FACT_LENGTH: Final = 200
Person = AbstractBaseUser | None


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the feed: `made`, `changed`, `same` or `refused`, and why."""

    number: int
    sku: str
    title: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a feed."""

    rows: tuple[Row, ...]

    def count(self, state: str) -> int:
        return sum(1 for row in self.rows if row.state == state)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file, and its cells by column."""

    number: int
    cells: list[str]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A feed as it was read: our columns and the shop's own ones by place."""

    columns: tuple[str, ...]
    lines: tuple[tuple[int, list[str]], ...]


def take(site: Site, data: bytes, *, actor: Person, now: dt.datetime) -> Report:
    """Bring the products of the site up to date; the same feed twice changes nothing.

    A row that cannot be read is refused by itself. Raises InvalidInput or TooLarge for a file that
    cannot be read at all.
    """
    table, rows = read(data), []
    seen: dict[str, int] = {}
    with transaction.atomic():
        known = {product.sku: product for product in site.products.select_for_update()}
        for number, cells in table.lines:
            line = Line(number, cells, dict(zip(table.columns, map(tidy, cells), strict=False)))
            rows.append(_row(site, table, line, known, seen, now=now))
        report = Report(tuple(rows))
        states = ("made", "changed", "same", "refused")
        audit.record(
            site=site,
            actor=actor,
            action="import products",
            subject=site,
            before=None,
            after={state: report.count(state) for state in states},
            now=now,
        )
    return report


def read(data: bytes) -> Table:
    """The table of a file, whatever its encoding and separator."""
    if len(data) > MOST_BYTES:
        raise TooLarge(
            _("The file has more than %(limit)s MB.") % {"limit": MOST_BYTES // 2**20},
            field=FIELD,
            hint=_("Send the feed in parts."),
        )
    text = _decoded(data)
    lines = _lines(text)
    head = next(lines, None)
    if head is None:
        raise InvalidInput(_("The file is empty."), field=FIELD)
    columns = tuple(_column(name) for name in head[1])
    _check_columns(columns, head[1])
    found = tuple((n, cells) for n, cells in lines if any(cell.strip() for cell in cells))
    if len(found) > MOST_ROWS:
        raise TooLarge(
            _("The feed has %(n)s rows; at most %(most)s are possible.")
            % {"n": len(found), "most": MOST_ROWS},
            field=FIELD,
            hint=_("Send the feed in parts."),
        )
    return Table(columns, found)


def _decoded(data: bytes) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else what Chinese spreadsheets write."""
    names = ["utf-16"] if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ["utf-8-sig", "gb18030"]
    for name in names:
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise InvalidInput(
        _("The file is no text that could be read."),
        field=FIELD,
        hint=_("Save it as CSV in UTF-8."),
    )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise InvalidInput(
            _("Line %(n)s cannot be read: %(why)s.") % {"n": reader.line_num, "why": error},
            field=FIELD,
        ) from error


def _column(name: str) -> str:
    plain = " ".join(name.strip().lower().split())
    return KNOWN.get(plain, name.strip())


def _check_columns(columns: tuple[str, ...], head: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise InvalidInput(
            _("The feed has no column %(missing)s; its columns are: %(found)s.")
            % {"missing": ", ".join(missing), "found": ", ".join(head[:20])[:300]},
            field=FIELD,
            hint=_("The first line names the columns: sku, title, price and url are needed."),
        )
    twice = {name for name in columns if name and columns.count(name) > 1}
    if twice:
        raise InvalidInput(
            _("Two columns mean the same: %(names)s.") % {"names": ", ".join(sorted(twice))},
            field=FIELD,
        )


def _row(
    site: Site,
    table: Table,
    line: Line,
    known: dict[str, Product],
    seen: dict[str, int],
    *,
    now: dt.datetime,
) -> Row:
    values, number = line.values, line.number
    sku, title = values.get("sku", "")[:64], values.get("title", "")[:200]
    try:
        if len(line.cells) > len(table.columns):
            raise InvalidInput(_("It has more cells than the first line has columns."))
        fields = _fields(site, values)
        if sku in seen:
            raise InvalidInput(_("Line %(n)s has the same product number.") % {"n": seen[sku]})
        seen[sku] = number
        return Row(number, sku, title, _kept(site, fields, known, now=now))
    except LabError as problem:
        return Row(number, sku, title, "refused", f"{problem} {problem.hint or ''}".strip())


def _fields(site: Site, values: Mapping[str, str]) -> dict[str, object]:
    for name in NEEDED:
        if not values.get(name):
            raise InvalidInput(_("The column %(name)s is empty.") % {"name": name}, field=name)
    for name, longest in LENGTHS.items():
        if len(values.get(name, "")) > longest:
            raise InvalidInput(
                _("%(name)s has more than %(n)s characters.") % {"name": name, "n": longest},
                field=name,
            )
    currency = (values.get("currency") or site.currency).upper()
    if currency not in ISO_4217:
        raise InvalidInput(_("“%(text)s” is no currency.") % {"text": currency[:20]})
    price, old_price = _prices(values, currency)
    facts = {name: text for name, text in values.items() if name not in NAMES and name and text}
    short = {name[:40]: text for name, text in facts.items() if len(text) <= FACT_LENGTH}
    return {
        "sku": values["sku"],
        "title": values["title"],
        "brand": values.get("brand", ""),
        "category": values.get("category", ""),
        "price": price,
        "old_price": old_price,
        "currency": currency,
        "url": landing.check(values["url"]),
        "facts": dict(list(short.items())[:MOST_FACTS]),
    }


def _prices(values: Mapping[str, str], currency: str) -> tuple[int, int | None]:
    """The price that is asked now, and the one before where it was higher."""
    price = prices.read(values["price"], currency)
    before = values.get("old_price", "")
    old_price = prices.read(before, currency, field="old_price") if before else None
    if values.get("sale_price"):
        price, old_price = prices.read(values["sale_price"], currency, field="sale_price"), price
    if old_price is not None and old_price <= price:
        return price, None
    return price, old_price


def _kept(
    site: Site, fields: dict[str, object], known: dict[str, Product], *, now: dt.datetime
) -> str:
    sku = str(fields["sku"])
    product = known.get(sku)
    if product is None:
        known[sku] = Product.objects.create(site=site, updated_at=now, **fields)
        return "made"
    changed = [name for name, value in fields.items() if getattr(product, name) != value]
    for name in changed:
        setattr(product, name, fields[name])
    product.updated_at = now
    product.save(update_fields=[*changed, "updated_at"])
    return "changed" if changed else "same"
