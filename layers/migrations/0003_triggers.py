"""Functions, triggers and expression indexes: what keeps derived columns and versions true."""

from django.db import migrations

from layers.sqlfiles import run_file

DROP_TEXT = """
DROP FUNCTION layers_json_number(jsonb), layers_json_boolean(jsonb);
DROP FUNCTION layers_field_text(jsonb, text);
DROP FUNCTION layers_weave(text);
DROP FUNCTION layers_normalise(text);
"""

DROP_RESOURCE = """
DROP INDEX resource_geog_public, resource_search_public, resource_search_members, resource_search_staff,
    resource_properties, resource_fields_of_support;
ALTER TABLE layers_resource DROP CONSTRAINT resource_withholds_known_items;
DROP FUNCTION layers_resource_derive, layers_site_changed, layers_organisation_changed, layers_category_changed,
    layers_category_check, layers_field_definition_changed, layers_protected_place_changed CASCADE;
DROP FUNCTION layers_districts_of(geometry, text, text, jsonb);
DROP FUNCTION layers_category_text(bigint);
"""

DROP_DISTRICTS = """
DROP FUNCTION layers_district_key, layers_scheme_changed, layers_district_changed, layers_district_town_changed CASCADE;
"""

DROP_CELLS = """
DROP FUNCTION layers_resource_touched, layers_district_touched, layers_schema_touched CASCADE;
DROP FUNCTION layers_raise_source(text);
DROP FUNCTION layers_cell(double precision, boolean);
DROP SEQUENCE layers_version_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0002_gazetteer")]

    operations = [
        run_file("text.sql", DROP_TEXT),
        run_file("resource.sql", DROP_RESOURCE),
        run_file("districts.sql", DROP_DISTRICTS),
        run_file("cells.sql", DROP_CELLS),
    ]
