"""Set TOKEN to a token of yours; needs geopandas and pyogrio."""

import os

import geopandas
import pyogrio

BASE = "http://127.0.0.1:8000"
if token := os.environ.get("TOKEN"):
    # GDAL 3.12 leaves GDAL_HTTP_HEADERS out for OAPIF: the token goes as a password, the user name does not matter.
    pyogrio.set_gdal_config_options({"GDAL_HTTP_AUTH": "BASIC", "GDAL_HTTP_USERPWD": f"any:{token}"})

layers = pyogrio.list_layers(f"OAPIF:{BASE}/ogc/")
print("collections:", ", ".join(layers[:, 0]))

resources = geopandas.read_file(
    f"OAPIF:{BASE}/ogc/", layer="resources", bbox=(134.0, 34.3, 134.1, 34.4), engine="pyogrio"
)
print("features:", len(resources), "in", resources.crs.name)
print(resources["category"].value_counts().head())
