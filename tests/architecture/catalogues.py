"""Reads the gettext catalogues (.po) of the rooms, for the tests of the Japanese interface."""

import re
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "layers",
    "tiles",
    "styles",
    "gisportal/accounts",
    "gisportal/audit",
    "gisportal/gate",
    "gisportal/modules/comments",
    "gisportal/modules/datasets",
    "gisportal/modules/developers",
    "gisportal/modules/freshness",
    "gisportal/modules/history",
    "gisportal/modules/proposals",
    "gisportal/modules/consentforms",
    "gisportal/modules/resourcenews",
    "gisportal/modules/sessions",
    "gisportal/modules/surveys",
    "gisportal/modules/vacancy",
    "gisportal/ogc",
    "gisportal/papers",
    "gisportal/planning",
    "gisportal/portal",
)
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\$\{\w+\}|\{\w+\}")


@dataclass(frozen=True)
class Text:
    """One text of a catalogue with its Japanese."""

    context: str
    text: str
    plural: str
    translations: tuple[str, ...]
    is_fuzzy: bool

    @property
    def key(self) -> tuple[str, str]:
        """What gettext looks the text up by."""
        return self.context, self.text


def placeholders(text: str) -> list[str]:
    """The placeholders of a text, sorted: a translation may change their order, not the placeholders."""
    return sorted(_PLACEHOLDER.findall(text))


def catalogues() -> list[Path]:
    """Every Japanese catalogue: ``django.po`` of each room, and ``djangojs.po`` where there is one."""
    return [path for room in ROOMS for path in sorted((ROOT / room / "locale/ja/LC_MESSAGES").glob("*.po"))]


def read_catalogue(path: Path) -> list[Text]:
    """The texts in use of a catalogue, without its header."""
    with path.open("rb") as file:
        return [_text(message) for message in read_po(file, locale="ja") if message.id]


def obsolete(path: Path) -> list[str]:
    """Texts kept in the file though nothing uses them any more."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#~")]


def _text(message: Message) -> Text:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    given = (message.string,) if isinstance(message.string, str) else tuple(message.string)
    return Text(message.context or "", ids[0], ids[1] if len(ids) > 1 else "", given, message.fuzzy)
