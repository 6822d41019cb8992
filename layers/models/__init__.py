"""What is stored (design §3). Guarded models have no ``objects``: their raw manager is called ``unscoped``."""

from layers.models.category import Category, FieldOfSupport
from layers.models.cells import CellVersion, SearchGram
from layers.models.data_source import DataSource
from layers.models.directory_setting import DirectorySetting
from layers.models.district import District, DistrictScheme, DistrictTown
from layers.models.district_work import DistrictImport, MembershipRun
from layers.models.field_definition import FieldDefinition
from layers.models.gazetteer import GazetteerCity, GazetteerLoad, GazetteerNumber, GazetteerTown
from layers.models.history import PastResource, ResourceVersion
from layers.models.media import Attachment, MediaAudience, Photo
from layers.models.place import Disclosure, PlaceOrigin
from layers.models.resource import (
    Operation,
    ProtectedPlace,
    Publication,
    Resource,
    Responsibility,
    ServiceArea,
    Vacancy,
    VacancyOrigin,
)
from layers.models.session import HolidayRule, Recurrence, Session, SessionDate
from layers.models.site import Organisation, Site
from layers.models.stored import (
    LayerAudience,
    LayerKind,
    StoredEdition,
    StoredFeature,
    StoredLayer,
    StoredUpload,
)
from layers.models.stored_raster import StoredRaster

__all__ = [
    "Attachment",
    "Category",
    "CellVersion",
    "DataSource",
    "DirectorySetting",
    "Disclosure",
    "District",
    "DistrictImport",
    "DistrictScheme",
    "DistrictTown",
    "FieldDefinition",
    "FieldOfSupport",
    "GazetteerCity",
    "GazetteerLoad",
    "GazetteerNumber",
    "GazetteerTown",
    "HolidayRule",
    "LayerAudience",
    "LayerKind",
    "MediaAudience",
    "MembershipRun",
    "Operation",
    "Organisation",
    "PastResource",
    "Photo",
    "PlaceOrigin",
    "ProtectedPlace",
    "Publication",
    "Recurrence",
    "Resource",
    "ResourceVersion",
    "Responsibility",
    "SearchGram",
    "ServiceArea",
    "Session",
    "SessionDate",
    "Site",
    "StoredEdition",
    "StoredFeature",
    "StoredLayer",
    "StoredRaster",
    "StoredUpload",
    "Vacancy",
    "VacancyOrigin",
]
