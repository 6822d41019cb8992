"""``manage.py create_administrator``: the only way into an empty city."""

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gisportal.accounts.services import create_account
from layers.access import Level


class Command(BaseCommand):
    help = "Creates an administrator's account. Asks for what is not given; a password is never an argument."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username")
        parser.add_argument("--display-name", default="")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(
        self, *args: Any, username: str | None, display_name: str, password_stdin: bool, **options: Any
    ) -> None:
        if password_stdin and not username:
            raise CommandError("--password-stdin needs --username.")
        username = username or self._ask("User name: ")
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else self._ask_password()
        try:
            create_account(username, password, level=Level.ADMINISTRATOR, display_name=display_name)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{username}: administrator")

    def _ask(self, prompt: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError("No terminal to ask: give --username NAME --password-stdin.")
        return input(prompt).strip()

    def _ask_password(self) -> str:
        if not sys.stdin.isatty():
            raise CommandError("No terminal to ask: give --password-stdin.")
        password = getpass.getpass("Password: ")
        if password != getpass.getpass("Password (again): "):
            raise CommandError("The two passwords differ.")
        return password
