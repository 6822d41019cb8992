"""From an account to the Viewer the layers know (R21)."""

from collections.abc import Mapping
from typing import Final

from gisportal.accounts.models import AccessSetting, Account
from layers.access import Level, Viewer
from layers.prepared import Prepared
from layers.versions import READ_AHEAD, as_column

_ANONYMOUS: Final = Prepared(
    lambda: (
        AccessSetting.objects.filter(pk=1).order_by().values_list("public_site", *map(as_column, READ_AHEAD))
    ),
    keeps_plan=True,
)


def anonymous_viewer() -> Viewer:
    """Whoever has not signed in; sees the public site while it is on."""
    return Viewer(public_site=AccessSetting.public_site_is_on())


def anonymous_reader() -> tuple[Viewer, Mapping[str, int]]:
    """The same with versions read ahead, in one question; nothing is read ahead while the switch was never set."""
    rows = _ANONYMOUS.fetch("")
    if not rows:
        return Viewer(), {}
    public_site, *versions = rows[0]
    return Viewer(public_site=public_site), dict(zip(READ_AHEAD, versions, strict=True))


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
