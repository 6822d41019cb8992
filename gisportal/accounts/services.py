"""Writes about accounts. Each tells ``hooks.happened`` in its own transaction."""

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from gisportal import hooks
from gisportal.accounts.models import AccessSetting, Account
from gisportal.accounts.session_times import end_all_sessions
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
def set_level_c_proposes(on: bool, *, actor: Account | None = None) -> bool:
    """Switches whether changes by level C wait for approval (R49); returns whether that changed anything."""
    setting, _created = AccessSetting.objects.select_for_update().get_or_create(id=1)
    if setting.level_c_proposes is on:
        return False
    setting.level_c_proposes = on
    setting.save()
    hooks.tell("level_c_proposes.switched", actor=actor, target=setting, on=on)
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


def account_saved(account: Account, *, changed: list[str] | None, actor: Any) -> None:
    """Records what the administration changed (None: a new account); ends sessions of one switched off."""
    if changed is None:
        hooks.tell("account.created", actor=actor, target=account, level=account.level)
    elif changed:
        hooks.tell(
            "account.changed",
            actor=actor,
            target=account,
            fields=changed,
            level=account.level,
            active=account.is_active,
        )
    if not account.is_active:
        end_all_sessions(account)


@transaction.atomic
def set_active(account: Account, active: bool, *, actor: Any) -> None:
    """Switches an account on or off; off ends its sessions, and its tokens fail."""
    if account.is_active is not active:
        account.is_active = active
        account.save(update_fields=["is_active"])
        account_saved(account, changed=["is_active"], actor=actor)


@transaction.atomic
def reset_password(account: Account, *, actor: Any) -> str:
    """Gives a random password and returns it; all sessions of the account end."""
    password = generate_password(account)
    account.set_password(password)
    account.save(update_fields=["password"])
    end_all_sessions(account)
    hooks.tell("password.reset", actor=actor, target=account)
    return password
