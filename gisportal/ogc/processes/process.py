"""A process: what it takes, what it gives, and the function that computes it (OGC 18-062r2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.functional import Promise

from layers.access import Viewer

Text = str | Promise
Schema = dict[str, Any]
Inputs = Mapping[str, Any]

SYNC: Final = "sync-execute"
ASYNC: Final = "async-execute"
DISMISS: Final = "dismiss"


@dataclass(frozen=True, slots=True)
class Input:
    """One input. ``schema``: JSON Schema of its value."""

    title: Text
    schema: Schema
    description: Text = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a process; each has one. ``media``: media type of its value."""

    key: str
    title: Text
    schema: Schema
    media: str = "application/json"


@dataclass(frozen=True, slots=True)
class Process:
    """A process. ``run(viewer, inputs, seconds)`` computes the output's value within so many seconds.

    It sees exactly what its viewer may see, and raises :class:`layers.errors.ParameterError` naming an input.
    ``is_personal``: inputs or answers may tell where a person lives; answers are kept for a short time.
    """

    key: str
    version: str
    title: Text
    description: Text
    inputs: Mapping[str, Input]
    output: Output
    run: Callable[[Viewer, Inputs, float], Any]
    keywords: tuple[Text, ...] = ()
    is_personal: bool = False
    example: Mapping[str, Any] = field(default_factory=dict)

    def summary(self, viewer: Viewer) -> dict[str, Any]:
        """As the list of processes has it. Only who has an account may leave a job behind."""
        control = [SYNC] if viewer.account_id is None else [SYNC, ASYNC, DISMISS]
        return {
            "id": self.key,
            "version": self.version,
            "title": str(self.title),
            "description": str(self.description),
            "keywords": [str(word) for word in self.keywords],
            "jobControlOptions": control,
            "outputTransmission": ["value"],
        }

    def described(self, viewer: Viewer) -> dict[str, Any]:
        """The whole description, without links."""
        return {
            **self.summary(viewer),
            "inputs": {key: _input(item) for key, item in self.inputs.items()},
            "outputs": {
                self.output.key: {
                    "title": str(self.output.title),
                    "schema": {**self.output.schema, "contentMediaType": self.output.media},
                }
            },
            "example": dict(self.example),
        }


def _input(item: Input) -> dict[str, Any]:
    return {
        "title": str(item.title),
        "description": str(item.description or item.title),
        "minOccurs": 1 if item.is_required else 0,
        "maxOccurs": 1,
        "schema": item.schema,
    }
