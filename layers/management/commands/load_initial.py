"""``manage.py load_initial``: what every city begins with: service categories and fields of support."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from layers.imports.catalogue import load_categories, load_fields_of_support
from layers.imports.readers import ImportFailure
from layers.models import Category, FieldOfSupport


class Command(BaseCommand):
    """Creates what is missing; what a city has changed is left as it is."""

    help = "Load the categories and fields of support every city begins with; leave existing ones alone."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print how many there are."""
        folder = Path(settings.BASE_DIR) / "fixtures" / "initial"
        try:
            with transaction.atomic():
                load_categories(folder / "categories.json")
                load_fields_of_support(folder / "fields_of_support.json")
        except ImportFailure as failure:
            raise CommandError(str(failure)) from failure
        words = _("%(categories)s categories, %(fields)s fields of support")
        counts = {"categories": Category.objects.count(), "fields": FieldOfSupport.objects.count()}
        self.stdout.write(words % counts)
