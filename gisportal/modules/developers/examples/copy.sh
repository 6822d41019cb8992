#!/bin/sh
# Set TOKEN to a token of yours. GDAL sends it as the password; the user name does not matter.
set -eu
BASE="http://127.0.0.1:8000"
[ -z "${TOKEN:-}" ] || export GDAL_HTTP_AUTH=BASIC GDAL_HTTP_USERPWD="any:$TOKEN"

# 1. Which collections are there, and what does one hold?
ogrinfo -ro "OAPIF:$BASE/ogc/"
ogrinfo -ro -so "OAPIF:$BASE/ogc/" resources

# 2. Copy a box of one collection into a GeoPackage, in the plane coordinates of Takamatsu (EPSG:6672).
ogr2ogr -f GPKG -overwrite -t_srs EPSG:6672 -spat 134.0 34.3 134.1 34.4 resources.gpkg \
  "OAPIF:$BASE/ogc/" resources
ogrinfo -ro -so resources.gpkg resources | grep "Feature Count"
