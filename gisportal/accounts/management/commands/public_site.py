"""``manage.py public_site on|off|status``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from gisportal.accounts.models import AccessSetting
from gisportal.accounts.services import set_public_site


class Command(BaseCommand):
    help = "Switches the public site: while it is on, everyone sees what is published to the public."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off", "status"])

    def handle(self, *args: Any, state: str, **options: Any) -> None:
        if state != "status":
            set_public_site(state == "on")
        self.stdout.write("on" if AccessSetting.public_site_is_on() else "off")
