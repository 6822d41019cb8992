"""Many papers in one PDF file, written part by part, so that memory holds one part only (R33).

WeasyPrint gives each part as a tree of objects; here they get numbers that follow those of the parts before and go to
the file at once. Page tree, tags for screen readers and outline are tied together when the file is closed. After each
part a note beside the file says how far it is: whoever was killed goes on there.
"""

import contextlib
import json
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import pydyf
from weasyprint import Document

from gisportal.papers.pdf import OPTIONS

#: Numbers of the objects that tie the parts together; those of the parts come after.
CATALOG, PAGES, TREE, DOCUMENT, PARENTS, INFO, OUTLINE, FIRST_FREE = range(1, 9)
#: Generation no real object has: marks a reference to an object of the whole file while a part is renumbered.
WHOLE: Final = 9
_ENTRY: Final = struct.Struct(">BQH")
_REFERENCE: Final = re.compile(rb"\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f]+>|(\d+) ([09]) R")
_IN_STREAM: Final = 200


@dataclass
class _State:
    """How far the file is; kept beside it as JSON."""

    title: str
    language: str = "ja"
    position: int = 0
    next_number: int = FIRST_FREE
    next_parent: int = 0
    pages: int = 0
    sheets: int = 0
    nodes: list[int] = field(default_factory=list)
    sections: list[int] = field(default_factory=list)
    leaves: list[tuple[int, int, int]] = field(default_factory=list)
    outline: list[tuple[str, int]] = field(default_factory=list)
    metadata: int = 0


class _Taken(Exception):
    """The objects of a part are there: WeasyPrint need not write them itself."""


class JoinedPdf:
    """A PDF file that grows. Parts hold no links to anchors: names of several parts could be the same."""

    def __init__(self, path: Path, *, title: str, language: str = "ja") -> None:
        self.path = path
        self._body, self._table, self._note = (
            path.with_name(path.name + end) for end in (".part", ".xref", ".json")
        )
        if self._note.exists():
            self._state = _State(**json.loads(self._note.read_text(encoding="utf-8")))
            self._cut_back()
        else:
            self._state = _State(title, language)
            self._body.write_bytes(b"%PDF-1.7\n%\xf0\x9f\x96\xa8\n")
            self._table.write_bytes(bytes(_ENTRY.size * FIRST_FREE))
            self._state.position = self._body.stat().st_size

    def _cut_back(self) -> None:
        """Drops what was written after the last note."""
        with self._body.open("r+b") as body, self._table.open("r+b") as table:
            body.truncate(self._state.position)
            table.truncate(self._state.next_number * _ENTRY.size)

    @property
    def sheets(self) -> int:
        """Papers in the file so far."""
        return self._state.sheets

    @property
    def pages(self) -> int:
        """Pages in the file so far."""
        return self._state.pages

    def passed(self, count: int) -> None:
        """Counts papers that were asked for and are not made."""
        self._state.sheets += count
        self._keep()

    def add(
        self, document: Document, titles: Sequence[str], page_counts: Sequence[int], asked: int | None = None
    ) -> None:
        """Writes a part: papers by title, with the number of pages of each; ``asked``: how many it stands for."""
        state = self._state
        document.metadata.title = state.title
        pdf = _objects_of(document)
        base = state.next_number - 1
        page_numbers = [number + base for number in pdf.pages["Kids"][::3]]
        pdf.pages["Parent"] = f"{PAGES} {WHOLE} R"
        dropped = self._tie_tags(pdf, base) | {pdf.catalog.number}
        if not state.metadata and "Metadata" in pdf.catalog:
            state.metadata = _number(pdf.catalog["Metadata"]) + base
        self._write(pdf.objects, base, dropped)
        state.nodes.append(pdf.pages.number + base)
        firsts = [0, *accumulate(page_counts)]
        state.outline += [
            (title, page_numbers[first]) for title, first in zip(titles, firsts, strict=False) if title
        ]
        state.pages += len(page_numbers)
        state.sheets += len(titles) if asked is None else asked
        self._keep()

    def _tie_tags(self, pdf: pydyf.PDF, base: int) -> set[int]:
        """Hangs the part's tags below the whole document; returns numbers of objects that fall away."""
        state = self._state
        if "StructTreeRoot" not in pdf.catalog:
            return set()
        root = pdf.objects[_number(pdf.catalog["StructTreeRoot"])]
        section = pdf.objects[_number(root["K"][0])]
        section.update(S="/Part", P=f"{DOCUMENT} {WHOLE} R")
        leaf = pdf.objects[_number(root["ParentTree"])]
        first, count = state.next_parent, len(leaf["Nums"]) // 2
        leaf["Nums"][::2] = range(first, first + count)
        leaf["Limits"] = pydyf.Array([first, first + count - 1])
        for item in pdf.objects:
            if isinstance(item, dict):
                for key in {"StructParents", "StructParent"} & item.keys():
                    item[key] += first
                if "ID" in item:
                    item["ID"].string = f"{base}-{item['ID'].string}"
        state.next_parent += count
        state.sections.append(section.number + base)
        state.leaves.append((leaf.number + base, first, first + count - 1))
        return {root.number}

    def _write(self, objects: Iterable[pydyf.Object], base: int, dropped: set[int]) -> None:
        """Streams by themselves, everything else gathered and compressed."""
        entries: dict[int, bytes] = {}
        gathered: list[tuple[int, bytes]] = []
        for item in objects:
            number = item.number + base
            if item.free == "f" or item.number in dropped:
                entries[number] = _ENTRY.pack(0, 0, 0)
            elif isinstance(item, pydyf.Stream):
                head, mark, data = item.data.partition(b"stream\n")
                entries[number] = self._put(number, _renumbered(head, base) + mark + data)
            else:
                gathered.append((number, _renumbered(item.data, base)))
        entries.pop(base, None)  # the part's own object 0
        following = base + len(objects)  # type: ignore[arg-type]
        for start in range(0, len(gathered), _IN_STREAM):
            group = gathered[start : start + _IN_STREAM]
            entries[following] = self._put(following, _object_stream(group))
            for place, (number, _data) in enumerate(group):
                entries[number] = _ENTRY.pack(2, following, place)
            following += 1
        with self._table.open("ab") as table:
            table.write(b"".join(entries[number] for number in range(self._state.next_number, following)))
        self._state.next_number = following

    def _put(self, number: int, data: bytes) -> bytes:
        """Writes an object; returns its line of the table."""
        line = b"%d 0 obj\n%b\nendobj\n" % (number, data)
        with self._body.open("ab") as body:
            body.write(line)
        entry = _ENTRY.pack(1, self._state.position, 0)
        self._state.position += len(line)
        return entry

    def _keep(self) -> None:
        fresh = self._note.with_name(self._note.name + ".new")
        fresh.write_text(json.dumps(asdict(self._state), ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._note)

    def close(self) -> Path:
        """Ties the parts together; the file stands under its own name only when it is whole.

        Raises:
            ValueError: nothing was added.
        """
        if not self._state.pages:
            raise ValueError("a PDF needs a page")
        table = bytearray(self._table.read_bytes())
        number = self._state.next_number
        for place, data in self._whole(number):
            entry = self._put(place, data)
            table[place * _ENTRY.size : (place + 1) * _ENTRY.size] = entry
        number = len(table) // _ENTRY.size
        table += _ENTRY.pack(1, self._state.position, 0)
        start = self._state.position
        self._put(number, _stream(bytes(table), f"/Type /XRef /Size {number + 1} /W [1 8 2] /Root {CATALOG} 0 R "
                                                f"/Info {INFO} 0 R"))  # fmt: skip
        with self._body.open("ab") as body:
            body.write(b"startxref\n%d\n%%%%EOF\n" % start)
        self._body.replace(self.path)
        self.discard()
        return self.path

    def discard(self) -> None:
        """Removes what is kept beside the file."""
        for beside in (self._body, self._table, self._note):
            beside.unlink(missing_ok=True)

    def _whole(self, number: int) -> Iterable[tuple[int, bytes]]:
        """Objects of the whole file."""
        state = self._state
        extra = f"/Metadata {state.metadata} 0 R " if state.metadata else ""
        lines = [*_outline(state.outline, number)]
        if lines:
            extra += f"/Outlines {OUTLINE} 0 R /PageMode /UseOutlines "
        if state.sections:
            extra += f"/StructTreeRoot {TREE} 0 R /MarkInfo << /Marked true >> "
        yield (
            CATALOG,
            (
                f"<< /Type /Catalog /Pages {PAGES} 0 R {extra}/Lang ({state.language}) "
                "/ViewerPreferences << /DisplayDocTitle true >> >>"
            ).encode(),
        )
        yield PAGES, f"<< /Type /Pages /Count {state.pages} /Kids {_references(state.nodes)} >>".encode()
        yield (
            TREE,
            (
                f"<< /Type /StructTreeRoot /K [{DOCUMENT} 0 R] /ParentTree {PARENTS} 0 R "
                f"/ParentTreeNextKey {state.next_parent} >>"
            ).encode(),
        )
        yield (
            DOCUMENT,
            (f"<< /Type /StructElem /S /Document /P {TREE} 0 R /K {_references(state.sections)} >>").encode(),
        )
        yield PARENTS, f"<< /Kids {_references([leaf[0] for leaf in state.leaves])} >>".encode()
        yield INFO, b"<< /Title %b /Producer (WeasyPrint) >>" % _text(state.title)
        yield OUTLINE, (
            f"<< /Type /Outlines /First {number} 0 R /Last {number + len(lines) - 1} 0 R /Count {len(lines)} >>"
            if lines else "<< /Type /Outlines /Count 0 >>"
        ).encode()  # fmt: skip
        yield from lines


def _objects_of(document: Document) -> pydyf.PDF:
    """What WeasyPrint would write."""
    found: list[pydyf.PDF] = []

    def take(_document: Document, pdf: pydyf.PDF) -> None:
        found.append(pdf)
        raise _Taken

    with contextlib.suppress(_Taken):
        document.write_pdf(finisher=take, **OPTIONS)
    return found[0]


def _number(reference: Any) -> int:
    """Number of the object a reference names."""
    text = reference.decode() if isinstance(reference, bytes) else str(reference)
    return int(text.split()[0])


def _renumbered(data: bytes, base: int) -> bytes:
    """References moved on by ``base``; what looks like one inside a text is left alone."""

    def moved(found: re.Match[bytes]) -> bytes:
        if found[1] is None:
            return found[0]
        return b"%d 0 R" % (int(found[1]) + (0 if found[2] == b"9" else base))

    return _REFERENCE.sub(moved, data)


def _stream(data: bytes, extra: str) -> bytes:
    packed = zlib.compress(data, 6)
    return b"<< %b /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (
        extra.encode(),
        len(packed),
        packed,
    )


def _object_stream(group: Sequence[tuple[int, bytes]]) -> bytes:
    starts = [0, *accumulate(len(data) + 1 for _number, data in group)]
    head = " ".join(f"{number} {start}" for (number, _data), start in zip(group, starts, strict=False)) + " "
    body = head.encode() + b"\n".join(data for _number, data in group)
    return _stream(body, f"/Type /ObjStm /N {len(group)} /First {len(head)}")


def _references(numbers: Iterable[int]) -> str:
    return "[" + " ".join(f"{number} 0 R" for number in numbers) + "]"


def _text(text: str) -> bytes:
    """A text of any language as PDF writes it."""
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def _outline(lines: Sequence[tuple[str, int]], number: int) -> Iterable[tuple[int, bytes]]:
    """One line for each paper, leading to the top of its first page."""
    for place, (title, page) in enumerate(lines):
        own = number + place
        beside = (f"/Prev {own - 1} 0 R " if place else "") + (
            f"/Next {own + 1} 0 R " if place < len(lines) - 1 else ""
        )
        yield own, b"<< /Title %b /Parent %d 0 R %b/Dest [%d 0 R /Fit] >>" % (
            _text(title), OUTLINE, beside.encode(), page,
        )  # fmt: skip
