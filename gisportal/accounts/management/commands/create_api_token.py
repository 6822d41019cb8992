"""``manage.py create_api_token USER``: a token for an external client."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gisportal.accounts.models import Account
from gisportal.accounts.tokens import create_token


class Command(BaseCommand):
    help = "Creates an API token and prints it. It is shown only now: what is stored cannot be turned back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="user name of the account")
        parser.add_argument("--name", default="", help="what the token is for")
        parser.add_argument("--days", type=int, help="days the token is valid; without it, until revoked")

        parser.add_argument("--read-only", action="store_true", help="the token changes nothing")
        parser.add_argument("--collections", default="", help="only these, by slug, separated by commas")

    def handle(self, *args: Any, user: str, name: str, days: int | None, **options: Any) -> None:
        account = Account.objects.filter(username=user, is_active=True).first()
        if account is None:
            raise CommandError(f"No active account is called {user!r}.")
        if days is not None and not 1 <= days <= 3650:
            raise CommandError("--days must be between 1 and 3650.")
        if len(name) > 100:
            raise CommandError("--name must not be longer than 100 characters.")
        expires_at = None if days is None else timezone.now() + timedelta(days=days)
        named = [part.strip() for part in options["collections"].split(",") if part.strip()]
        may_write = not options["read_only"]
        found = create_token(
            account, name=name, expires_at=expires_at, sources=named or None, may_write=may_write
        )
        self.stdout.write(found)
