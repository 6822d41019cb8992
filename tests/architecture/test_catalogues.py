"""The interface speaks Japanese whole: nothing untranslated, nothing said in two ways."""

import shutil
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.architecture.catalogues import ROOMS, ROOT, catalogues, obsolete, placeholders, read_catalogue

CATALOGUES = catalogues()
JAVASCRIPT = "djangojs.po"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _texts_of_code(
    room: str, copy: Path, domain: str, monkeypatch: pytest.MonkeyPatch
) -> set[tuple[str, str]]:
    """What makemessages finds in a copy of the room, by domain; the checkout is left alone."""
    shutil.copytree(ROOT / room, copy, ignore=shutil.ignore_patterns("locale", "__pycache__", "vendor"))
    (copy / "locale").mkdir()
    monkeypatch.chdir(copy)
    call_command("makemessages", locale=["ja"], domain=domain, no_wrap=True, verbosity=0)
    written = copy / "locale" / "ja" / "LC_MESSAGES" / f"{domain}.po"
    return {text.key for text in read_catalogue(written)} if written.exists() else set()


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_has_a_catalogue(room: str) -> None:
    assert (ROOT / room / "locale/ja/LC_MESSAGES/django.po").is_file()


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_everything_is_translated(path: Path) -> None:
    texts = read_catalogue(path)
    assert texts
    assert [text.text for text in texts if not all(text.translations)] == []
    assert [text.text for text in texts if text.is_fuzzy] == []
    assert obsolete(path) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=_name)
def test_placeholders_are_those_of_the_english(path: Path) -> None:
    wrong = {
        text.text: translation
        for text in read_catalogue(path)
        for translation in text.translations
        if placeholders(translation) != placeholders(text.plural or text.text)
    }
    assert wrong == {}


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize("room", ROOMS)
def test_the_code_says_what_the_catalogue_holds(
    room: str, domain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``makemessages`` would add nothing and take nothing away."""
    path = ROOT / room / "locale/ja/LC_MESSAGES" / f"{domain}.po"
    held = {text.key for text in read_catalogue(path)} if path.exists() else set()
    said = _texts_of_code(room, tmp_path / "room", domain, monkeypatch)
    assert said - held == set(), "not in the catalogue"
    assert held - said == set(), "in the catalogue only"


def _translations(paths: list[Path]) -> Iterator[tuple[tuple[str, str], tuple[tuple[str, ...], str]]]:
    for path in paths:
        for text in read_catalogue(path):
            yield text.key, (text.translations, _name(path))


def test_one_text_has_one_translation() -> None:
    """Django merges the catalogues of all rooms: of two translations only one would ever be seen."""
    found: dict[tuple[str, str], dict[tuple[str, ...], str]] = defaultdict(dict)
    for key, (translations, name) in _translations([p for p in CATALOGUES if p.name != JAVASCRIPT]):
        found[key][translations] = name
    assert {key: ways for key, ways in found.items() if len(ways) > 1} == {}


def test_texts_between_the_rooms_are_in_some_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``gisportal/*.py`` has no catalogue of its own; its texts stand in another's (``portal/texts.py``)."""
    folder = tmp_path / "between"
    folder.mkdir()
    for path in (ROOT / "gisportal").glob("*.py"):
        shutil.copy(path, folder)
    (folder / "locale").mkdir()
    monkeypatch.chdir(folder)
    call_command("makemessages", locale=["ja"], no_wrap=True, verbosity=0)
    said = {text.key for text in read_catalogue(folder / "locale/ja/LC_MESSAGES/django.po")}
    assert said
    assert said - {key for key, _translation in _translations(CATALOGUES)} == set()
