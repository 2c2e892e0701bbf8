"""Every page: nothing for axe to find, nothing to scroll sideways, one language at a time."""

import random
import re

import pytest

from tests.flows import page_sampling
from tests.flows.page_sampling import Visit

pytestmark = pytest.mark.browser
NAMES = frozenset(
    line
    for line in (page_sampling.ROOT / "tests" / "flows" / "english_in_chinese_pages.txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if line and not line.startswith("#")
)
OURS = page_sampling.our_words()
ROWS = page_sampling.covering(random.Random(page_sampling.SEED))


class Rooms:
    """Browser contexts by role, language and theme; one log-in for each role."""

    def __init__(self, chromium, complaints, lab):
        self.chromium, self.complaints, self.lab = chromium, complaints, lab
        self.sessions, self.open = {None: None}, {}

    def page(self, visit: Visit):
        role = visit.row["role"] if visit.inside else None
        key = (role, visit.row["language"], visit.row["theme"])
        if key not in self.open:
            self.close()
            self.open[key] = self._context(*key).new_page()
            self.complaints.watch(self.open[key])
        return self.open[key]

    def close(self):
        for page in self.open.values():
            page.context.close()
        self.open = {}

    def _context(self, role, language, theme):
        if role not in self.sessions:
            self.sessions[role] = self._log_in(role)
        return self.chromium.new_context(
            locale=language, color_scheme=theme, storage_state=self.sessions[role]
        )

    def _log_in(self, role):
        context = self.chromium.new_context()
        page = context.new_page()
        page.goto(f"{self.lab.web}/login/")
        page.fill("[name=login]", "admin" if role == "administrator" else role)
        page.fill("[name=password]", self.lab.passwords[role])
        page.locator("form:has([name=password]) button[type=submit]").click()
        page.wait_for_url(re.compile("/s/"))
        state = context.storage_state()
        context.close()
        return state


def _found(page, web: str, visit: Visit) -> list[str]:
    width = visit.row["width"]
    page.set_viewport_size({"width": width, "height": page_sampling.HEIGHT})
    answer = page.goto(web + visit.path, wait_until="load")
    if answer.status not in {200, 403, 404}:
        return [f"HTTP {answer.status}"]
    found = page_sampling.flaws(page)
    if wide := page_sampling.overflow(page, width):
        found.append(wide)
    if visit.row["language"] != "en":
        found += [f"English: {text}" for text in page_sampling.english(page, OURS, NAMES)]
    return found


def _look(chromium, complaints, lab, visits: list[Visit]) -> dict[str, list[str]]:
    rooms, flaws = Rooms(chromium, complaints, lab), {}
    for visit in visits:
        if found := _found(rooms.page(visit), lab.web, visit):
            flaws[f"{visit.name} {list(visit.row.values())}"] = found
    rooms.close()
    # The browser itself notes refused pages, which are pages too.
    complaints.heard = [text for text in complaints.heard if not re.search("40[34]", text)]
    return flaws


def test_rows__pairwise__every_pair_of_values_comes_up():
    seen = {
        pair
        for visit in page_sampling.visits()
        for pair in page_sampling.combinations(sorted(visit.row.items()), 2)
    }
    levels = list(page_sampling.FACTORS.values())
    pairs = sum(len(a) * len(b) for a, b in page_sampling.combinations(levels, 2))
    assert len(seen) == pairs


def test_pages__listed_with_pictures__are_those_that_are_looked_at():
    text = (page_sampling.ROOT / "docs" / "pages.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"screenshots/([\w-]+)-desktop\.png", text))
    seen = {visit.name for visit in page_sampling.visits()}
    assert listed - page_sampling.NOT_OURS <= seen


def test_pages__each_under_one_combination__no_flaw(chromium, complaints, lab):
    visits = page_sampling.visits()
    assert _look(chromium, complaints, lab, visits) == {}


@pytest.mark.nightly
@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(map(str, row.values())))
def test_pages__all_under_each_combination__no_flaw(chromium, complaints, lab, row):
    assert _look(chromium, complaints, lab, page_sampling.visits(row)) == {}
