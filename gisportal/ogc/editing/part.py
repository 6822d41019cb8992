"""OGC API – Features, part 4: create, replace, update and delete (20-002r1), and part 5 as far as it is for writing.

The addresses are those of the features; their views hand writes over.
"""

from typing import Final

from gisportal.ogc.conformance import SPEC
from gisportal.ogc.editing import openapi
from gisportal.ogc.part import Part

PART: Final = Part(
    name="editing",
    conformance=(
        f"{SPEC}/ogcapi-features-4/1.0/conf/create-replace-delete",
        f"{SPEC}/ogcapi-features-4/1.0/conf/update",
        f"{SPEC}/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
        f"{SPEC}/ogcapi-features-4/1.0/conf/handling",
        f"{SPEC}/ogcapi-features-4/1.0/conf/features",
        f"{SPEC}/ogcapi-features-5/1.0/conf/returnables-and-receivables",
    ),
    paths=openapi.paths,
    components=openapi.components,
)
