"""Whatever a page does, a script can do: every page has its twin in the API, or a reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from experiments.moves import ACTIONS

MOVES = [f"experiments_{name}" for name in ACTIONS if name != "delete"]
READS = frozenset(
    {
        "audiences:list", "audiences:segment",
        "creatives:compare", "creatives:creative", "creatives:list", "creatives:preview",
        "creatives:preview-page", "creatives:preview-qr", "creatives:preview-sheet",
        "creatives:review", "creatives:review-version", "creatives:sheet", "creatives:studio",
        "creatives:studio-pictures", "creatives:studio-preview", "creatives:studio-sizes",
        "creatives:placements", "creatives:taken-in",
        "data-bar", "demo-data:bar",
        "experiments:arriving", "experiments:creative-use", "experiments:data-health",
        "experiments:design", "experiments:detail",
        "experiments:history", "experiments:home", "experiments:library", "experiments:list",
        "experiments:take", "experiments:testing-qr",
        "workspace:audit", "workspace:audit-export", "workspace:job", "workspace:jobs",
        "workspace:search", "workspace:snippet",
    }
)  # fmt: skip
"""Pages that only show something."""
TWINS: dict[str, list[str]] = {
    "audiences:new": ["segments_create"],
    "audiences:edit": ["segments_partial_update"],
    "audiences:delete": ["segments_destroy"],
    "creatives:new": ["creatives_create"],
    "creatives:several": ["creatives_create"],
    "creatives:many": ["creatives_partial_update", "creatives_archive", "creatives_restore"],
    "creatives:sheet-out": ["translation_sheet_out"],
    "creatives:sheet-in": ["translation_sheet_take"],
    "creatives:new-version": ["versions_create"],
    "creatives:words": ["versions_say", "versions_create"],
    "creatives:rename": ["creatives_partial_update"],
    "creatives:caps": ["creatives_partial_update"],
    "creatives:details": ["creatives_partial_update"],
    "creatives:expiry": ["creatives_partial_update"],
    "creatives:bring-back": ["versions_bring_back", "versions_show_again"],
    "creatives:archive": ["creatives_archive", "creatives_restore"],
    "creatives:waive": ["versions_approve"],
    "creatives:version-move": ["versions_submit", "versions_recall", "versions_withdraw"],
    "creatives:review-decide": ["versions_approve", "versions_reject"],
    "creatives:review-comment": ["comments_create"],
    "creatives:review-resolve": ["comments_resolve", "comments_reopen"],
    "creatives:feed": ["products_upsert"],
    "creatives:new-placement": ["placements_create"],
    "creatives:usual-placements": ["placements_create"],
    "creatives:placement": ["placements_retrieve", "placements_partial_update"],
    "creatives:remove-placement": ["placements_destroy"],
    "experiments:new": ["experiments_create"],
    "experiments:edit": ["experiments_partial_update"],
    "experiments:plan-new": ["experiments_create"],
    "experiments:plan": ["experiments_partial_update", "experiments_checks", *MOVES],
    "experiments:timing": ["experiments_schedule", "experiments_partial_update"],
    "experiments:replay-rejected": ["rejected_events_replay"],
    "experiments:act": [*MOVES, "experiments_destroy"],
    "experiments:why": ["experiments_why", "experiments_ask"],
    "experiments:visitors": ["experiments_why", "experiments_ask"],
    "experiments:learnings": ["learnings_put"],
    "experiments:begin": ["experiments_duplicate", "experiments_create"],
    "experiments:testing": ["test_visitors_list", "test_links_create"],
    "experiments:add-tester": ["test_visitors_create"],
    "experiments:remove-tester": ["test_visitors_destroy"],
    "experiments:refresh": ["experiments_refresh"],
    "experiments:keep": ["report_versions_create"],
    "experiments:links": ["share_links_list", "share_links_create"],
    "experiments:revoke-link": ["share_links_destroy"],
    "workspace:settings": ["site_retrieve", "site_partial_update"],
    "workspace:keys": ["api_keys_list", "api_keys_create"],
    "workspace:revoke-key": ["api_keys_revoke"],
    "workspace:rotate-key": ["api_keys_create", "api_keys_revoke"],
    "workspace:people": ["members_list", "members_create"],
    "workspace:change-member": ["members_partial_update", "members_destroy"],
    "workspace:webhooks": ["webhooks_list", "webhooks_create"],
    "workspace:webhook": ["webhooks_retrieve", "webhooks_partial_update"],
    "workspace:webhook-act": ["webhooks_partial_update", "webhooks_renew", "webhooks_destroy"],
    "workspace:webhook-test": ["webhooks_test"],
    "workspace:webhook-again": ["deliveries_again"],
    "workspace:retry-job": ["jobs_retry"],
}
"""Page → the operations that do the same."""
BY_HAND: dict[str, str] = {
    "creatives:keep-view": "A saved view is an address that one person keeps for one page.",
    "creatives:remove-view": "A saved view is an address that one person keeps for one page.",
    "creatives:focus": "The point is chosen by looking at the picture; cuts follow it.",
    "creatives:cuts": "Cuts are chosen by looking; a script uploads the pictures it wants.",
    "creatives:compose": "A banner is drawn on the page of the studio; a script uploads a picture.",
    "creatives:generate": "The studio draws many banners while somebody looks at samples.",
    "experiments:save-template": "A template fills in forms for people; a script keeps its plans.",
    "experiments:delete-template": "A template fills in forms; a script keeps its own plans.",
    "experiments:import": "Old tests come in by table; somebody says which column means what.",
    "experiments:import-columns": "Somebody says which column of their table means what.",
    "experiments:drop-import": "Puts a table away whose columns nobody mapped.",
    "experiments:put-away": "What one person does not want to see on the first page any more.",
    "experiments:replay": "A rehearsal shows people what a policy does; nothing depends on it.",
    "experiments:rehearsal": "A rehearsal shows people what a policy does; nothing depends on it.",
    "workspace:log-in-link": "It lets somebody in; a person hands it over to a person they know.",
    "workspace:undo": "The last thing a person did on a page; a script sends the opposite.",
    "demo-data:reset": "The demo is reset by whoever looks at it.",
    "demo-data:again": "The demo is reset by whoever looks at it.",
}
"""Page → why no script needs it."""


def _pages(found: Any, space: str = "") -> Iterator[str]:
    for one in found:
        if isinstance(one, URLResolver):
            inner = one.namespace or one.app_name or ""
            yield from _pages(one.url_patterns, f"{inner}:" if inner else space)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}"


def _pages_of_a_site() -> set[str]:
    roots = get_resolver().url_patterns
    return set(_pages(one for one in roots if str(one.pattern).startswith("s/<slug:site>/")))


@pytest.fixture(scope="module")
def operations() -> set[str]:
    from drf_spectacular.generators import SchemaGenerator

    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {op["operationId"] for one in paths.values() for op in one.values() if "tags" in op}


def test_pages__each__reads_or_has_a_twin_or_a_reason():
    known = {*READS, *TWINS, *BY_HAND}
    pages = _pages_of_a_site()
    assert sorted(pages - known) == [], "name its operation in TWINS, or a reason in BY_HAND"
    assert sorted(known - pages - {"data-bar"}) == [], "there is no such page any more"


def test_twins__each__is_an_operation_of_the_document(operations):
    named = {twin for twins in TWINS.values() for twin in twins}
    assert sorted(named - operations) == []


def test_reasons__each__is_a_sentence():
    assert [page for page, why in BY_HAND.items() if len(why) < 30 or not why.endswith(".")] == []
    assert not TWINS.keys() & BY_HAND.keys() & READS
