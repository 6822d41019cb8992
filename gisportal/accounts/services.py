"""Writes about accounts. Each tells ``hooks.happened`` in its own transaction."""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from gisportal import hooks
from gisportal.accounts.models import AccessSetting, Account
from layers.access import Level


def generate_password(account: Account | None = None) -> str:
    """A random password that passes the city's rules: 16 characters, 96 bits."""
    while True:
        password = secrets.token_urlsafe(12)
        try:
            validate_password(password, account)
        except ValidationError:
            continue
        return password


@transaction.atomic
def set_public_site(on: bool, *, actor: Account | None = None) -> bool:
    """Switches the public site; returns whether that changed anything."""
    setting, _created = AccessSetting.objects.select_for_update().get_or_create(id=1)
    if setting.public_site is on:
        return False
    setting.public_site = on
    setting.save()
    hooks.tell("public_site.switched", actor=actor, target=setting, on=on)
    return True


@transaction.atomic
def create_account(
    username: str,
    password: str,
    *,
    level: Level = Level.D,
    actor: Account | None = None,
    display_name: str = "",
) -> Account:
    """Makes an account.

    Raises:
        ValidationError: the user name or the password is not acceptable, or the name is taken.
    """
    account = Account(
        username=Account.normalize_username(username), level=level.value, display_name=display_name
    )
    account.full_clean(exclude=["password"])
    validate_password(password, account)
    account.set_password(password)
    account.save()
    hooks.tell("account.created", actor=actor, target=account, level=account.level)
    return account
