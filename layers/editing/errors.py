"""What can go wrong with a change; forms, links and protocols turn these into words of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One item before and after, in words."""

    key: str
    title: str
    before: str
    after: str


class InvalidValues(ValueError):
    """Values that cannot be kept: messages by key of the item, in the language in force."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__("; ".join(f"{key}: {' '.join(texts)}" for key, texts in errors.items()))
        self.errors = {key: list(texts) for key, texts in errors.items()}


class NotAllowed(PermissionError):
    """The actor sees the resource but may not do this with it."""


class Conflict(RuntimeError):
    """Somebody else has changed the same items since. ``differences``: theirs (before) beside ours (after)."""

    def __init__(self, resource_id: int, version: int, differences: Sequence[Difference]) -> None:
        super().__init__(f"resource {resource_id} is at version {version}")
        self.resource_id = resource_id
        self.version = version
        self.differences = list(differences)
