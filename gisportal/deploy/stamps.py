"""Steps already done are recognised by a digest of what they were made from."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of(files: Iterable[Path], *extra: str) -> str:
    """Digest of file names and contents, and of further strings. A missing file counts as such."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(str(path).encode() + b"\0")
        if path.is_file():
            total.update(hashlib.sha256(path.read_bytes()).digest())
    for item in extra:
        total.update(item.encode() + b"\0")
    return total.hexdigest()


class Stamp:
    """A file under ``var/stamps`` that holds the digest of the last successful run of a step."""

    def __init__(self, folder: Path, name: str) -> None:
        self.path = folder / "stamps" / name

    def matches(self, digest: str) -> bool:
        """Whether the step last succeeded with exactly this input."""
        return self.path.is_file() and self.path.read_text() == digest

    def write(self, digest: str) -> None:
        """Records success; written whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(digest)
        fresh.replace(self.path)

    def clear(self) -> None:
        """Forgets the step, so that an interrupted run is done again."""
        self.path.unlink(missing_ok=True)
