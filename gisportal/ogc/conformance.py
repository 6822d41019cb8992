"""What this service does, and no more: clients push down exactly what stands here."""

from typing import Final

from gisportal.ogc.parts import parts

SPEC: Final = "http://www.opengis.net/spec"

#: OGC API – Common, which every part stands on.
COMMON: Final = (
    f"{SPEC}/ogcapi-common-1/1.0/conf/core",
    f"{SPEC}/ogcapi-common-1/1.0/conf/landing-page",
    f"{SPEC}/ogcapi-common-1/1.0/conf/json",
    f"{SPEC}/ogcapi-common-1/1.0/conf/html",
    f"{SPEC}/ogcapi-common-1/1.0/conf/oas30",
    f"{SPEC}/ogcapi-common-2/1.0/conf/collections",
)


def conformance() -> tuple[str, ...]:
    """Every class that holds, by part."""
    return (*COMMON, *(found for part in parts() for found in part.conformance))
