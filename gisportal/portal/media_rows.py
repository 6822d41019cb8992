"""Rows of the page of photos and files: what was typed, what is wrong with it, and saving what is right."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing import media
from layers.editing.errors import InvalidValues
from layers.media.errors import MediaError
from layers.media.files import check_attachment
from layers.media.images import prepare_image
from layers.models import Attachment, Photo
from layers.models.media import Medium

MODELS: Final[dict[str, type[Medium]]] = {"photo": Photo, "attachment": Attachment}
KEYS: Final = {
    "photo": ("alt", "caption", "audience", "has_consent", "consent_on", "consent_note"),
    "attachment": ("title", "audience"),
}
#: Rows one request may add.
MOST_NEW: Final = 20
#: Empty rows offered to a browser without scripts.
OFFERED: Final = {"photo": 3, "attachment": 1}


@dataclass
class Row:
    """One photo or file, kept or new. ``prefix`` begins the names of its controls."""

    kind: str
    prefix: str
    values: dict[str, str]
    medium: Any = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def was(self) -> str:
        """What it was when the page was made, to tell what has been changed since."""
        return json.dumps(self.values, ensure_ascii=False)

    @property
    def field_errors(self) -> list[tuple[str, str]]:
        """``(id of the control, message)`` of everything wrong."""
        return [(f"{self.prefix}-{key}", text) for key, texts in self.errors.items() for text in texts]


def kept_row(kind: str, medium: Medium) -> Row:
    """The row of one that is there already."""
    return Row(kind, f"{kind}{medium.pk}", {key: _shown(getattr(medium, key)) for key in KEYS[kind]}, medium)


def empty_rows(kind: str, first: int = 0, count: int | None = None) -> list[Row]:
    """New rows to be filled in."""
    numbers = range(first, first + (OFFERED[kind] if count is None else count))
    return [Row(kind, f"new{kind}{number}", {"audience": "public"}) for number in numbers]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


@dataclass
class Posted:
    """What one request asked for. ``changed`` and ``added``: how many were saved."""

    viewer: Viewer
    resource_id: int
    kind: str
    request: HttpRequest
    kept: list[Row] = field(default_factory=list)
    new: list[Row] = field(default_factory=list)
    changed: int = 0
    added: int = 0

    @property
    def failed(self) -> list[Row]:
        """Rows that could not be saved, with the reason at the control."""
        return [row for row in [*self.kept, *self.new] if row.errors]

    def save(self, media_now: list[Any]) -> None:
        """Saves every row that is right; the others keep what was typed."""
        self.kept = [row for medium in media_now if (row := self._change(medium)) is not None]
        self.new = [row for prefix in self._new_prefixes() if (row := self._add(prefix)) is not None]

    def _values(self, prefix: str) -> dict[str, str]:
        post = self.request.POST
        return {key: post.get(f"{prefix}-{key}", "") for key in KEYS[self.kind]}

    def _change(self, medium: Medium) -> Row | None:
        """Only what this person has changed: a colleague's change since the page was made stays."""
        prefix = f"{self.kind}{medium.pk}"
        was = _was(self.request.POST, prefix)
        if was is None:
            return None
        typed = self._values(prefix)
        changed = {key: value for key, value in typed.items() if was.get(key, "") != value}
        row = Row(self.kind, prefix, typed, medium)
        if changed.get("has_consent") and "consent_on" not in changed:
            changed["consent_on"] = typed.get("consent_on", "")
        if changed:
            try:
                media.change_medium(self.viewer, MODELS[self.kind], medium.pk, changed)
                self.changed += 1
            except InvalidValues as error:
                row.errors = error.errors
        return row

    def _new_prefixes(self) -> Iterator[str]:
        names = [*self.request.POST, *self.request.FILES]
        pattern = re.compile(rf"(new{self.kind}\d{{1,4}})-")
        found = dict.fromkeys(match[1] for name in names if (match := pattern.match(name)))
        yield from sorted(found, key=lambda prefix: int(prefix.removeprefix(f"new{self.kind}")))

    def _add(self, prefix: str) -> Row | None:
        """None where the row was left empty or has been saved."""
        row = Row(self.kind, prefix, self._values(prefix))
        file = self.request.FILES.get(f"{prefix}-file")
        texts = [value for key, value in row.values.items() if key not in {"audience", "has_consent"}]
        if file is None and not any(text.strip() for text in texts):
            return None
        if file is None:
            row.errors["file"] = [_("Choose the file.")]
            return row
        if self.added >= MOST_NEW:
            row.errors["file"] = [_("Too many at once. Add the rest in a second step.")]
            return row
        try:
            self._keep(file, row)
        except MediaError as error:
            row.errors["file"] = [error.message]
        except InvalidValues as error:
            row.errors = error.errors
        return row if row.errors else None

    def _keep(self, file: Any, row: Row) -> None:
        values = {key: value for key, value in row.values.items() if key != "audience" or value}
        if self.kind == "photo":
            media.add_photo(self.viewer, self.resource_id, prepare_image(file), values)
        else:
            media.add_attachment(self.viewer, self.resource_id, check_attachment(file), values)
        self.added += 1


def _was(post: Mapping[str, str], prefix: str) -> dict[str, str] | None:
    """The values the page showed; None where the row was not sent or is not ours."""
    try:
        found = json.loads(post.get(f"{prefix}-was", ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
