"""What no file tells and the demo needs: publication, vacancy, notes, a few made-up entries. All of it says so.

Everything follows from a hash of source and key, so a second load gives the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from layers.imports import values
from layers.imports.places import Locator
from layers.imports.plan import CityPlan
from layers.imports.staging import StagedPlace, StagedResource
from layers.models import VacancyOrigin

SOURCE = "demo"
#: 30 % have room, 25 % little, 30 % none, 15 % want to be asked.
VACANCY = (("available", 30), ("few", 55), ("full", 85), ("ask", 100))

#: Made-up statements are up to so many days old at loading: some have aged already, most age while the demo runs.
OLDEST_VACANCY = 40


def percent(resource: StagedResource, purpose: str) -> int:
    """0…99, the same for the same row and purpose on every machine."""
    text = f"{purpose}:{resource.source}:{resource.source_key}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % 100


def make_up(resources: Sequence[StagedResource], city: CityPlan) -> None:
    """Publication for all, vacancy where it makes sense, a staff note here and there, service areas of visits."""
    demo = city.demo
    for resource in resources:
        share = percent(resource, "publication")
        public = demo["draft_percent"] + demo["public_percent"]
        resource.publication = (
            "draft" if share < demo["draft_percent"] else "public" if share < public else "members"
        )
        if resource.category in demo["vacancy"] and not resource.vacancy:
            share = percent(resource, "vacancy")
            resource.vacancy = next(code for code, below in VACANCY if share < below)
            resource.vacancy_origin = VacancyOrigin.DEMO
            resource.vacancy_age_days = percent(resource, "vacancy age") * OLDEST_VACANCY // 100
        if percent(resource, "note") < demo["note_percent"]:
            resource.properties["internal_note"] = demo["notes"][
                percent(resource, "text") % len(demo["notes"])
            ]
        if resource.delivery != "on_site":
            resource.service_area = "city" if percent(resource, "area") < 50 else "districts"
            resource.description = "\n".join(
                part for part in (resource.description, demo["visits_note"]) if part
            )


def entries(city: CityPlan, locator: Locator) -> list[StagedResource]:
    """The made-up entries, named 「（デモ）…」, with an undisclosed place, a withheld telephone, a service area."""
    source = next(source for source in city.sources if source.slug == SOURCE)
    return [_entry(raw, locator, source.dated_on) for raw in city.demo["entries"]]


def _entry(raw: Mapping[str, Any], locator: Locator, day: Any) -> StagedResource:
    return StagedResource(
        file="city.json", row=0, source=SOURCE, source_key=raw["key"], name=raw["name"], category=raw["category"],
        place=StagedPlace(), support=tuple(raw["support"]), phone=raw["phone"], opening_hours=raw["opening_hours"],
        description=raw["description"], delivery=raw.get("delivery", "on_site"),
        service_area=raw.get("service_area", ""), disclosure=raw["disclosure"], withheld=raw.get("withheld", []),
        publication=raw["publication"], vacancy=raw.get("vacancy", ""),
        vacancy_origin=VacancyOrigin.DEMO if raw.get("vacancy") else "", vacancy_age_days=0,
        hidden_place=_hidden(raw["address"], locator) if raw["disclosure"] == "area" else None, updated_on=day,
    )  # fmt: skip


def _hidden(address: str, locator: Locator) -> StagedPlace:
    """A town's own point: no real house."""
    line, _ = values.address(address)
    answer = locator.geocode(line)
    if not answer:
        return StagedPlace(address=line)
    return StagedPlace(line, "", answer.lg_code, answer.town, answer.lon, answer.lat, "geocoded")
