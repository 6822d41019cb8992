"""Which GDAL and GEOS GeoDjango loads.

Debian 12's libgdal 3.6 raises Django's security check ``gis.W001``; the wheels of pyogrio and shapely
carry newer ones that work alone. Their file names hold a hash, so they are looked up.
"""

from importlib.util import find_spec
from pathlib import Path


def _bundled(package: str, pattern: str) -> str | None:
    """Path of a library in ``<package>.libs`` beside the package, or None."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    libs = Path(spec.origin).parent.parent / f"{package}.libs"
    return next((str(path) for path in sorted(libs.glob(pattern))), None)


def library_paths() -> tuple[str | None, str | None]:
    """``(GDAL, GEOS)`` shared libraries from the wheels; None lets Django look for the system's."""
    return _bundled("pyogrio", "libgdal-*.so*"), _bundled("shapely", "libgeos_c-*.so*")
