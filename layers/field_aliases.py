"""What is asked or written in yesterday's words: former keys of fields and merged choices as they are now (R22).

A form opened before a field was renamed, a saved link, a proposal that waited: none of them loses what it says. Rows
written past this are put right by a trigger (``layers/sql/fields.sql``).
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict

from layers.vocabulary import Vocabulary

PREFIX: Final = "field."


def todays_params(values: Mapping[str, list[str]], words: Vocabulary) -> dict[str, list[str]]:
    """Parameters of a search, each with its values, in today's words."""
    found: dict[str, list[str]] = {}
    for name, given in values.items():
        now = todays_name(name, words)
        codes = words.merged_choices.get(now.removeprefix(PREFIX), {}) if now.startswith(PREFIX) else {}
        texts = (
            [",".join(codes.get(part, part) for part in text.split(",")) for text in given]
            if codes
            else given
        )
        found[now] = list(dict.fromkeys([*found.get(now, []), *texts])) if now in found else list(texts)
    return found


def todays_values(values: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    """Values of items (``field.<key>`` and others) in today's words; where both names are given, the former is late
    and counts."""
    found: dict[str, Any] = {}
    for name, value in sorted(values.items(), key=lambda pair: todays_name(pair[0], words) != pair[0]):
        now = todays_name(name, words)
        found[now] = _todays_code(now, value, words)
    return found


def todays_post(posted: QueryDict, words: Vocabulary, *, names: str = "shown") -> QueryDict:
    """A form posted, with its inputs under today's names; ``names``: the input that lists what the form showed."""
    found = QueryDict(mutable=True)
    for name in sorted(posted, key=lambda name: todays_name(name, words) != name):
        now, given = todays_name(name, words), posted.getlist(name)
        if name == names:
            given = [todays_name(item, words) for item in given]
        codes = words.merged_choices.get(now.removeprefix(PREFIX), {}) if now.startswith(PREFIX) else {}
        found.setlist(
            now, list(dict.fromkeys(codes.get(value, value) for value in given)) if codes else given
        )
    found._mutable = False
    return found


def todays_name(name: str, words: Vocabulary) -> str:
    """The name of an item or parameter as it is now."""
    if not name.startswith(PREFIX):
        return name
    key = name.removeprefix(PREFIX)
    return PREFIX + words.renamed_fields.get(key, key)


def _todays_code(name: str, value: Any, words: Vocabulary) -> Any:
    codes = words.merged_choices.get(name.removeprefix(PREFIX), {}) if name.startswith(PREFIX) else {}
    if not codes:
        return value
    if isinstance(value, list | tuple):
        return list(dict.fromkeys(codes.get(str(code), code) for code in value))
    return codes.get(str(value), value)


__all__ = ["todays_name", "todays_params", "todays_post", "todays_values"]
