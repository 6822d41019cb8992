"""Changes of attributions, fields of support and organisations' names raise the version of words."""

from django.db import migrations

from layers.sqlfiles import run_file

REVERSE = """
DROP TRIGGER layers_data_source_words ON layers_datasource;
DROP TRIGGER layers_field_of_support_words ON layers_fieldofsupport;
DROP TRIGGER layers_organisation_words ON layers_organisation;
DROP TRIGGER layers_field_categories_words ON layers_fielddefinition_categories;
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0004_search_grams")]

    operations = [run_file("words.sql", REVERSE)]
