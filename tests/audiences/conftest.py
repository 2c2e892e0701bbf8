"""An empty hot state, a site, somebody who may edit."""

import pytest

from tests.audiences.profiles import store
from tests.factories import a_site, a_user
from workspace.models import Role


@pytest.fixture(autouse=True)
def _empty_state():
    with store() as valkey:
        valkey.flushdb()
    yield
    with store() as valkey:
        valkey.flushdb()


@pytest.fixture
def site():
    return a_site()


@pytest.fixture
def marketer(client, site):
    user = a_user("mei", role=Role.MARKETER, site=site)
    client.force_login(user)
    return user


@pytest.fixture
def manager(client, site):
    user = a_user("max", role=Role.MANAGER, site=site)
    client.force_login(user)
    return user
