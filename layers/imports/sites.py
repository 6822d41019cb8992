"""Services that stand on one site (拠点): address and position are kept once.

* ``office``: rows of one office number, or of one name and address;
* ``office_name``: rows of one name and address;
* ``shelter``: rows whose id begins alike (E07204 and five digits name the site), or that have one address.

Rows further than :data:`ONE_SITE` metres from the first of their group keep a place of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pyproj import Geod

from layers.imports.staging import StagedPlace, StagedResource, StagedSite
from layers.imports.values import same_name

ONE_SITE = 300.0
_GEOD = Geod(ellps="WGS84")


def group(resources: Sequence[StagedResource], rules: dict[str, str]) -> list[StagedSite]:
    """Give every group of two or more rows a site; ``rules``: the rule of each file."""
    sites = []
    for members in _groups(resources, rules):
        head = next((m for m in members if m.place.is_placed), members[0])
        near = [m for m in members if _is_near(head.place, m.place)]
        if len(near) < 2:
            continue
        site = StagedSite(
            min((m.name for m in near), key=len), head.place, near[0].phone, near[0].organisation
        )
        for member in near:
            member.site, member.place = site, StagedPlace()
        sites.append(site)
    return sites


def _groups(resources: Sequence[StagedResource], rules: dict[str, str]) -> list[list[StagedResource]]:
    """Rows joined by any key they share."""
    leader: dict[str, int] = {}
    group_of = list(range(len(resources)))

    def root(index: int) -> int:
        while group_of[index] != index:
            index = group_of[index]
        return index

    for index, resource in enumerate(resources):
        for key in _keys(resource, rules.get(resource.file, "")):
            if key in leader:
                group_of[root(index)] = root(leader[key])
            else:
                leader[key] = index
    groups: dict[int, list[StagedResource]] = defaultdict(list)
    for index, resource in enumerate(resources):
        groups[root(index)].append(resource)
    return [members for members in groups.values() if len(members) > 1]


def _keys(resource: StagedResource, rule: str) -> list[str]:
    if not rule:
        return []
    address = same_name(resource.place.address)
    if rule == "shelter":
        keys = [f"shelter:{resource.source_key[:11]}"] if len(resource.source_key) > 11 else []
        return [*keys, f"shelter-at:{address}"] if address else keys
    keys = [f"named:{same_name(resource.name)}:{address}"]
    if rule == "office" and resource.office_number:
        keys.append(f"office:{resource.office_number}")
    return keys


def _is_near(head: StagedPlace, place: StagedPlace) -> bool:
    if not head.is_placed or not place.is_placed:
        return same_name(head.address) == same_name(place.address)
    metres: float = _GEOD.inv(head.lon, head.lat, place.lon, place.lat)[2]
    return metres <= ONE_SITE
