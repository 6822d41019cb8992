"""From an account to the Viewer the layers know (R21)."""

from gisportal.accounts.models import AccessSetting, Account
from layers.access import Level, Viewer


def anonymous_viewer() -> Viewer:
    """Whoever has not signed in; sees the public site while it is on."""
    return Viewer(public_site=AccessSetting.public_site_is_on())


def viewer_of(account: Account, public_site: bool | None = None) -> Viewer:
    """The viewer an account is; an inactive one is anonymous. ``public_site`` saves a query."""
    if public_site is None:
        public_site = getattr(account, "public_site", None)
    if public_site is None:
        public_site = AccessSetting.public_site_is_on()
    if not account.is_active:
        return Viewer(public_site=public_site)
    organisation = account.organisation
    return Viewer(
        level=Level(account.level),
        account_id=account.pk,
        organisation_ids=(organisation.pk,) if organisation else (),
        is_city_staff=bool(organisation and organisation.is_city),
        public_site=public_site,
        proposes=account.proposes or (account.level == Level.C and AccessSetting.level_c_must_propose()),
        name=str(account),
    )
