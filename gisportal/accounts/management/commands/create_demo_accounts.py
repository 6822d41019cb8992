"""``manage.py create_demo_accounts``: one account of each level, for the demo."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gisportal.accounts.demo import create_demo_accounts, credentials_path


class Command(BaseCommand):
    help = "Creates the demo accounts; their passwords and tokens go to var/demo-accounts.json (mode 0600)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="also where the demo is off (GISPORTAL_DEMO)"
        )

    def handle(self, *args: Any, force: bool = False, **options: Any) -> None:
        if not (settings.DEMO or force):
            raise CommandError(
                "This is no demo (GISPORTAL_DEMO is off). --force creates the accounts all the same."
            )
        users = ", ".join(entry.user for entry in create_demo_accounts())
        self.stdout.write(f"{users}: {credentials_path()}")
