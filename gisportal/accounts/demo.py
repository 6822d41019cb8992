"""The demo's accounts: one of each level, their passwords and tokens in a file of mode 0600 (design §5)."""

import json
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gisportal.accounts.models import Account, ApiToken
from gisportal.accounts.services import create_account, generate_password
from gisportal.accounts.tokens import create_token, digest_of, new_secret
from layers.access import Level, Viewer
from layers.models import Organisation, Resource, Responsibility


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What a demo account is; ``may`` is said on the sign-in page."""

    user: str
    level: Level
    display_name: str
    organisation: str | None
    is_city: bool
    may: str | Promise
    directly: int = 0
    through_organisation: int = 0


@dataclass(frozen=True, slots=True)
class Credentials:
    """One entry of the file."""

    user: str
    password: str
    token: str


CITY_HALL, CENTRE, PROVIDER = "市役所(デモ)", "地域包括支援センター(デモ)", "介護サービス事業者(デモ)"

DEMO_ACCOUNTS = (
    DemoAccount(
        "admin",
        Level.ADMINISTRATOR,
        "管理者(デモ)",
        CITY_HALL,
        True,
        _("administrator: sees everything, and settles accounts, categories, fields and the public site"),
    ),
    DemoAccount(
        "level-a",
        Level.A,
        "市職員(デモ)",
        CITY_HALL,
        True,
        _("level A, city staff: sees everything, with the fields for city staff"),
    ),
    DemoAccount(
        "level-b",
        Level.B,
        "相談支援員(デモ)",
        CENTRE,
        False,
        _("level B, consultation centre: sees everything but the fields for city staff"),
        directly=4,
    ),
    DemoAccount(
        "level-c",
        Level.C,
        "事業者(デモ)",
        PROVIDER,
        False,
        _("level C, provider: sees the entries it is responsible for"),
        directly=3,
        through_organisation=2,
    ),
    DemoAccount(
        "level-d", Level.D, "団体会員(デモ)", None, False, _("level D: group boards only, no resources")
    ),
)


def credentials_path() -> Path:
    """Where the credentials lie."""
    return Path(settings.VAR_DIR) / "demo-accounts.json"


def read_credentials() -> dict[str, Credentials]:
    """The file's entries by user name; unreadable or incomplete ones are left out."""
    try:
        entries = json.loads(credentials_path().read_text(encoding="utf-8"))
        return {entry["user"]: Credentials(**entry) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def write_credentials(kept: list[Credentials]) -> None:
    """Writes the file at once and for its owner only."""
    path = credentials_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
            json.dump([asdict(entry) for entry in kept], handle, ensure_ascii=False, indent=1)
            handle.flush()
            os.fsync(handle.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@transaction.atomic
def create_demo_accounts() -> list[Credentials]:
    """Makes file and database agree, and returns the credentials.

    What the file says is put into the database (another city's database gets the same credentials); what it
    lacks is made up. A second run changes nothing.
    """
    known = read_credentials()
    right = _right_passwords(known)
    kept = [_settle(demo, known.get(demo.user), demo.user in right) for demo in DEMO_ACCOUNTS]
    _share_responsibility()
    if kept != list(known.values()) or credentials_path().stat().st_mode & 0o077:
        write_credentials(kept)
    return kept


def _right_passwords(known: dict[str, Credentials]) -> set[str]:
    """Users whose password in the database is the file's; at once, as a slow hash keeps every start waiting."""
    stored = dict(Account.objects.filter(username__in=known).values_list("username", "password"))
    with ThreadPoolExecutor() as pool:
        right = pool.map(lambda user: check_password(known[user].password, stored[user]), stored)
        return {user for user, is_right in zip(stored, right, strict=True) if is_right}


def _settle(demo: DemoAccount, known: Credentials | None, is_right: bool) -> Credentials:
    wanted = known or Credentials(demo.user, generate_password(), new_secret())
    account = Account.objects.filter(username=demo.user).first()
    if account is None:
        account = create_account(demo.user, wanted.password, level=demo.level)
    elif not is_right:
        account.set_password(wanted.password)
    account.level, account.is_active, account.display_name = demo.level.value, True, demo.display_name
    account.organisation = _organisation(demo)
    account.save()
    if not ApiToken.objects.filter(account=account, digest=digest_of(wanted.token), revoked_at=None).exists():
        ApiToken.objects.filter(digest=digest_of(wanted.token)).delete()
        create_token(account, name="demo", secret=wanted.token)
    return wanted


def _organisation(demo: DemoAccount) -> Organisation | None:
    if demo.organisation is None:
        return None
    organisation, _created = Organisation.unscoped.get_or_create(
        name=demo.organisation, defaults={"is_city": demo.is_city}
    )
    return organisation


def _share_responsibility() -> None:
    """Gives B and C a handful of real resources, of as many kinds as there are; what they have is kept."""
    pool = iter(_handful(sum(demo.directly + demo.through_organisation for demo in DEMO_ACCOUNTS)))
    for demo in DEMO_ACCOUNTS:
        account = Account.objects.get(username=demo.user)
        if demo.directly and not Responsibility.unscoped.filter(account=account).exists():
            _hand_over(pool, demo.directly, account=account)
        if demo.through_organisation:
            organisation = account.organisation
            if not Responsibility.unscoped.filter(organisation=organisation).exists():
                _hand_over(pool, demo.through_organisation, organisation=organisation)


def _handful(count: int) -> list[Resource]:
    """The first resource of each category, then the next ones; nobody is responsible for any of them yet."""
    everything = Viewer(level=Level.ADMINISTRATOR)
    free = Resource.unscoped.visible_to(everything).filter(responsibilities=None)
    firsts = list(
        free.order_by("category_id", "id").distinct("category_id").values_list("pk", flat=True)[:count]
    )
    others = free.exclude(pk__in=firsts).order_by("pk").values_list("pk", flat=True)
    wanted = [*firsts, *others[: count - len(firsts)]]
    return list(Resource.unscoped.filter(pk__in=wanted).only("pk").order_by("pk"))


def _hand_over(pool: Iterator[Resource], count: int, **owner: Any) -> None:
    Responsibility.unscoped.bulk_create(
        Responsibility(resource=resource, **owner) for resource in islice(pool, count)
    )
