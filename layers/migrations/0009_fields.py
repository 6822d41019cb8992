"""Field definitions shaped by the administrator: former keys, and rewrites that lose nothing."""

import django.contrib.postgres.fields
from django.db import migrations, models

from layers.sqlfiles import run_file

REVERSE = """
DROP TRIGGER layers_field_definition_updated ON layers_fielddefinition;
CREATE TRIGGER layers_field_definition_updated AFTER UPDATE ON layers_fielddefinition
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layers_field_definition_changed();
DROP TRIGGER layers_resource_version ON layers_resource;
CREATE TRIGGER layers_resource_version BEFORE UPDATE ON layers_resource
FOR EACH ROW EXECUTE FUNCTION layers_resource_version();
DROP FUNCTION layers_resource_current_fields CASCADE;
DROP FUNCTION layers_field_words_changed();
DROP FUNCTION layers_map_field(text, text, jsonb), layers_rewrite_choices(text), layers_rename_field(text, text);
DROP FUNCTION layers_hold_fields(integer, boolean), layers_release_fields(), layers_write_under_fields();
DROP FUNCTION layers_choice_now(jsonb, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0008_media")]

    operations = [
        migrations.AddField(
            model_name="fielddefinition",
            name="former_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                editable=False,
                size=None,
                verbose_name="former keys",
            ),
        ),
        run_file("fields.sql", REVERSE),
    ]
