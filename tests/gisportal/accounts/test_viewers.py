"""From accounts to viewers (R21)."""

import pytest

from gisportal.accounts.services import set_public_site
from gisportal.accounts.viewers import anonymous_viewer, viewer_of
from layers.access import Level, Viewer

ACCOUNT_LEVELS = [level for level in Level if level is not Level.ANONYMOUS]


@pytest.mark.parametrize("level", ACCOUNT_LEVELS)
def test_every_level_becomes_its_viewer(level, make_account):
    account = make_account(level)
    assert viewer_of(account) == Viewer(level=level, account_id=account.pk, name=str(account))


@pytest.mark.parametrize("level", ACCOUNT_LEVELS)
@pytest.mark.parametrize("city", [True, False])
def test_organisation_decides_on_staff(level, city, make_account):
    account = make_account(level, organisation="法人", city=city)
    viewer = viewer_of(account)
    assert viewer.organisation_ids == (account.organisation_id,)
    assert viewer.is_city_staff is city
    expected = level is Level.ADMINISTRATOR or (city and level in {Level.A, Level.B})
    assert viewer.is_staff is expected


def test_inactive_account_is_anonymous(make_account):
    account = make_account(Level.A)
    account.is_active = False
    assert viewer_of(account) == Viewer()


@pytest.mark.parametrize("on", [True, False])
def test_public_site_reaches_everyone(on, make_account):
    set_public_site(on)
    assert anonymous_viewer() == Viewer(public_site=on)
    assert viewer_of(make_account(Level.D)).public_site is on


@pytest.mark.parametrize("level", ACCOUNT_LEVELS)
def test_only_administrators_have_djangos_rights(level, make_account):
    account = make_account(level)
    expected = level is Level.ADMINISTRATOR
    assert account.is_staff is expected
    assert account.is_superuser is expected
    assert account.has_perm("accounts.change_account") is expected
    account.is_active = False
    assert not account.is_staff
