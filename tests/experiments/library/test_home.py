"""What Home says of what was learned."""

import pytest

from tests import factories
from tests.experiments.library.finished import a_finished_test
from workspace.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(client):
    client.force_login(factories.a_user(role=Role.MANAGER, site=factories.a_site()))

    def of():
        return client.get("/s/shop/").content.decode()

    return of


def test_home__decided_tests__takeaway_win_rate_and_the_way_to_the_library(home):
    a_finished_test(key="won", takeaways="Warm pictures work.")
    a_finished_test(key="lost", verdict="no_difference", takeaways="Words do not matter.")
    html = home()
    assert "Warm pictures work." in html
    assert "Words do not matter." in html
    assert "1 of 2 finished tests were won: 50% (9% – 91%)." in html
    assert 'href="/s/shop/library/"' in html


def test_home__nothing_decided__no_such_part(home):
    a_finished_test(decided=False)
    assert "Last learned" not in home()
