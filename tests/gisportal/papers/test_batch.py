"""Many papers in one file: whole, readable by others, resumed where it was broken off."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from gisportal.papers.batch import print_batch
from gisportal.papers.joining import _renumbered
from gisportal.papers.pdf import Sheet


def _sheets(start: int, stop: int) -> Sequence[Sheet]:
    page = (
        '<!DOCTYPE html><html lang="ja"><meta charset="utf-8"><title>t</title><h1>第{0}号 𠮷</h1>'
        "<table><tr><th scope=row>項目<td>値 (12 0 R) \\ {0}</table>"
    )
    return [Sheet(page.format(n), f"施設 (3 0 R) {n}") for n in range(start, stop)]


def _read(command: str, path: Path) -> str:
    return subprocess.run([command, str(path)] + (["-"] if command == "pdftotext" else []),
                          capture_output=True, check=True).stdout.decode()  # fmt: skip


def _is_whole(path: Path, numbers: Sequence[int]) -> None:
    text = _read("pdftotext", path)
    pages = text.split("\x0c")[:-1]
    assert [
        f"第{n}号 𠮷" in page and f"値 (12 0 R) \\ {n}" in page
        for n, page in zip(numbers, pages, strict=True)
    ]
    assert all(f"第{n}号" in page for n, page in zip(numbers, pages, strict=True))
    told = _read("pdfinfo", path)
    assert f"Pages:           {len(numbers)}\n" in told and "Tagged:          yes" in told
    assert "Title:           一括 (試験)" in told


def test_parts_make_one_file(tmp_path: Path) -> None:
    path, told = tmp_path / "all.pdf", []
    pages = print_batch(path, 7, _sheets, title="一括 (試験)", chunk=3, progress=told.append)
    assert (pages, told) == (7, [3, 6, 7])
    _is_whole(path, range(7))
    assert [file.name for file in tmp_path.iterdir()] == ["all.pdf"]


def test_tags_lead_to_the_text_of_every_part(tmp_path: Path) -> None:
    path = tmp_path / "all.pdf"
    print_batch(path, 5, _sheets, title="一括 (試験)", chunk=2)
    made = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, check=True)
    text = made.stdout.decode()
    assert [text.count(f"第{n}号") for n in range(5)] == [1] * 5
    assert made.stderr == b""


@pytest.mark.parametrize("broken_after", [2, 4])
def test_work_broken_off_goes_on_where_it_was(tmp_path: Path, broken_after: int) -> None:
    path, made = tmp_path / "all.pdf", []

    def sheets(start: int, stop: int) -> Sequence[Sheet]:
        made.append(start)
        return _sheets(start, stop)

    def killed(done: int) -> None:
        if done == broken_after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        print_batch(path, 6, sheets, title="一括 (試験)", chunk=2, progress=killed)
    assert not path.exists()
    # Half a part more reached the file before the kill.
    with (tmp_path / "all.pdf.part").open("ab") as body:
        body.write(b"half an object")
    print_batch(path, 6, sheets, title="一括 (試験)", chunk=2)
    assert made == [0, 2, 4]
    _is_whole(path, range(6))


def test_papers_no_longer_wanted_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "all.pdf"
    wanted = [0, 1, 4]
    pages = print_batch(
        path, 6, lambda start, stop: [sheet for n in range(start, stop) if n in wanted for sheet in _sheets(n, n + 1)],
        title="一括 (試験)", chunk=2,
    )  # fmt: skip
    assert pages == 3
    _is_whole(path, wanted)


def test_nothing_to_print_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        print_batch(tmp_path / "all.pdf", 2, lambda start, stop: [], title="t")


def test_references_move_and_texts_stay() -> None:
    data = rb"<</A 3 0 R/B (see 4 0 R \) 5 0 R)/C <FEFF0033>/D [6 0 R 2 9 R]>>"
    assert _renumbered(data, 10) == rb"<</A 13 0 R/B (see 4 0 R \) 5 0 R)/C <FEFF0033>/D [16 0 R 2 0 R]>>"
