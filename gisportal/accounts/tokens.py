"""API tokens: made, recognised, revoked. Stored as SHA-256 only: 256 random bits need no slow hash."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.utils import timezone

from gisportal import hooks
from gisportal.accounts.models import AccessSetting, Account, ApiToken
from layers.models import Organisation
from layers.prepared import SLOT, Prepared
from layers.versions import READ_AHEAD, as_column

MARK = "gp_"
PREFIX_LENGTH = 11
USE_IS_NOTED_EVERY = timedelta(minutes=1)


class InvalidToken(Exception):
    """The token is unknown, revoked or past its time, or its account is inactive."""


def new_secret() -> str:
    """A token nobody can guess: 256 bits, with a mark by which leaked ones are found."""
    return MARK + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_token(
    account: Account,
    *,
    name: str = "",
    expires_at: datetime | None = None,
    actor: Account | None = None,
    secret: str | None = None,
    sources: Collection[str] | None = None,
    may_write: bool = True,
    rate_per_minute: int | None = None,
    daily_quota: int | None = None,
) -> str:
    """Makes a token and returns it; it cannot be read again.

    ``secret``: one made before (demo); ``sources``: slugs of all it may use (None: what the account may see);
    ``rate_per_minute`` and ``daily_quota``: limits of its own (None: those of the settings, 0: none).
    """
    secret = secret or new_secret()
    token = ApiToken.objects.create(
        account=account,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        expires_at=expires_at,
        sources=None if sources is None else sorted(sources),
        may_write=may_write,
        rate_per_minute=rate_per_minute,
        daily_quota=daily_quota,
    )
    hooks.tell(
        "token.created",
        actor=actor,
        target=token,
        account=account.username,
        name=name,
        sources=token.sources,
        may_write=may_write,
    )
    return secret


def revoke_token(token: ApiToken, *, actor: Account | None = None) -> None:
    """Ends a token; the row stays, so that its use can still be told."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        hooks.tell("token.revoked", actor=actor, target=token, account=token.account.username)


def token_of(secret: str) -> ApiToken:
    """The token with its account, organisation, the switch of the public site and versions read ahead, in one query.

    Raises:
        InvalidToken: unknown, revoked, past its time, or of an inactive account; it is not told which.
    """
    found = _read(digest_of(secret))
    if found is None or not found.is_valid or not found.account.is_active:
        raise InvalidToken
    _note_use(found)
    return found


def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _rows() -> "QuerySet[ApiToken, tuple[object, ...]]":
    found = ApiToken.objects.filter(digest=SLOT).order_by()
    names = _columns(ApiToken)
    names += [f"account__{name}" for name in _columns(Account)]
    names += [f"account__organisation__{name}" for name in _columns(Organisation)]
    return found.values_list(*names, AccessSetting.as_column(), *map(as_column, READ_AHEAD))


_PREPARED: Final = Prepared(_rows, keeps_plan=True)


def _read(digest: str) -> ApiToken | None:
    """What ``select_related("account__organisation")`` gives, without compiling it at every request."""
    rows = _PREPARED.fetch(digest)
    if not rows:
        return None
    *values, public_site, schema, resources = rows[0]
    first, second = len(_columns(ApiToken)), len(_columns(ApiToken)) + len(_columns(Account))
    token = ApiToken.from_db(DEFAULT_DB_ALIAS, _columns(ApiToken), values[:first])
    token.account = Account.from_db(DEFAULT_DB_ALIAS, _columns(Account), values[first:second])
    if token.account.organisation_id is not None:
        organisation = Organisation.from_db(DEFAULT_DB_ALIAS, _columns(Organisation), values[second:])
        token.account.organisation = organisation
    token.public_site = public_site  # type: ignore[attr-defined]
    token.versions = dict(zip(READ_AHEAD, (schema, resources), strict=True))  # type: ignore[attr-defined]
    return token


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_IS_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
