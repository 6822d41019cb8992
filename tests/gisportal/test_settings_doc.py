"""Every setting and every command of accounts is documented."""

import re
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "gisportal/docs/settings.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_none_that_is_gone():
    source = (ROOT / "gisportal/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'"(GISPORTAL_[A-Z_]+|CITY|DATABASE_URL)"', source))
    documented = set(re.findall(r"^\| `([A-Z_]+)`", DOCUMENT, re.MULTILINE))
    assert documented == read


def test_every_command_of_accounts_is_documented():
    commands = (ROOT / "gisportal/accounts/management/commands").glob("[a-z]*.py")
    missing = [path.stem for path in commands if f"manage.py {path.stem}" not in DOCUMENT]
    assert missing == []


def test_every_check_is_documented():
    source = (ROOT / "gisportal/checks.py").read_text(encoding="utf-8")
    ids = set(re.findall(r'"gisportal\.([EW]\d{3})"', source))
    assert ids <= set(re.findall(r"[EW]\d{3}", DOCUMENT))
