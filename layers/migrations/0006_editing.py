"""Versions, history, two states: what editing needs."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from layers.sqlfiles import run_file

# The functions of 0003 that this replaces stay as they are now: they serve the older columns too.
DROP_EDITING = """
DROP FUNCTION layers_served_changed CASCADE;
"""

DROP_HISTORY = """
DROP VIEW layers_pastresource;
DROP FUNCTION layers_resource_version, layers_resource_keep, layers_resource_scrub, layers_resource_forget,
    layers_resource_forget_all CASCADE;
DROP FUNCTION layers_rebuild_history(), layers_rebuild_past();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0005_words_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastResource",
            fields=[
                ("postcode", models.CharField(blank=True, max_length=8, verbose_name="postcode")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("building", models.CharField(blank=True, max_length=200, verbose_name="building")),
                ("lg_code", models.CharField(blank=True, max_length=6, verbose_name="municipality code")),
                ("town", models.CharField(blank=True, max_length=120, verbose_name="town")),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, spatial_index=False, srid=4326, verbose_name="position"
                    ),
                ),
                (
                    "geom_origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("file", "from the file"),
                            ("geocoded", "from the address"),
                            ("hand", "set by hand"),
                        ],
                        max_length=10,
                        verbose_name="origin of the position",
                    ),
                ),
                (
                    "geom_precision",
                    models.CharField(blank=True, max_length=12, verbose_name="precision of the position"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "former_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="former names",
                    ),
                ),
                ("reading", models.CharField(blank=True, max_length=300, verbose_name="reading")),
                (
                    "fields_of_support",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="fields of support",
                    ),
                ),
                (
                    "formal_override",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="formal service (overrides the category)"
                    ),
                ),
                ("office_number", models.CharField(blank=True, max_length=20, verbose_name="office number")),
                ("phone", models.CharField(blank=True, max_length=100, verbose_name="telephone")),
                ("fax", models.CharField(blank=True, max_length=60, verbose_name="fax")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="mail")),
                ("url", models.CharField(blank=True, max_length=1000, verbose_name="web page")),
                ("opening_hours", models.TextField(blank=True, verbose_name="opening hours")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="capacity")),
                (
                    "vacancy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("available", "vacancy"),
                            ("few", "few left"),
                            ("full", "no vacancy"),
                            ("ask", "please ask"),
                        ],
                        max_length=10,
                        verbose_name="vacancy",
                    ),
                ),
                (
                    "vacancy_count",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="places free"),
                ),
                (
                    "vacancy_note",
                    models.CharField(blank=True, max_length=200, verbose_name="note on vacancy"),
                ),
                ("vacancy_as_of", models.DateTimeField(blank=True, null=True, verbose_name="vacancy as of")),
                (
                    "vacancy_origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("provider", "entered by the provider"),
                            ("city", "entered by the city"),
                            ("file", "from the file"),
                            ("demo", "made up for the demo"),
                        ],
                        max_length=10,
                        verbose_name="vacancy from",
                    ),
                ),
                (
                    "service_area",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not stated"),
                            ("city", "the whole city"),
                            ("districts", "districts"),
                            ("polygon", "drawn area"),
                        ],
                        max_length=10,
                        verbose_name="service area",
                    ),
                ),
                (
                    "service_geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        blank=True, null=True, srid=4326, verbose_name="area served"
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("on_site", "used there"),
                            ("visits", "visits"),
                            ("both", "used there or visits"),
                        ],
                        default="on_site",
                        max_length=8,
                        verbose_name="delivery",
                    ),
                ),
                (
                    "properties",
                    models.JSONField(blank=True, default=dict, verbose_name="city-defined fields"),
                ),
                (
                    "publication",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("members", "published to members"),
                            ("public", "published to everyone"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="publication",
                    ),
                ),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("planned", "opening planned"),
                            ("open", "open"),
                            ("suspended", "suspended"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="operation",
                    ),
                ),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="opened on")),
                ("suspended_on", models.DateField(blank=True, null=True, verbose_name="suspended on")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("open", "open"), ("area", "district only"), ("contact", "contact only")],
                        default="open",
                        max_length=8,
                        verbose_name="disclosure of place",
                    ),
                ),
                (
                    "withheld",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="items withheld from the public",
                    ),
                ),
                (
                    "hand_districts",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"scheme": "code"}',
                        verbose_name="districts set by hand",
                    ),
                ),
                (
                    "source_key",
                    models.CharField(blank=True, max_length=100, verbose_name="key in the source"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        help_text="Moves when a person changes something visible.", verbose_name="last update"
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                ("verified_by", models.CharField(blank=True, max_length=100, verbose_name="verified by")),
                ("verified_how", models.CharField(blank=True, max_length=20, verbose_name="verified how")),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="in the trash since"),
                ),
                (
                    "vacancy_detail",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"mon": {"state": "few", "count": 1}}; classes are the category\'s.',
                        verbose_name="vacancy by class",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "geom_public",
                    django.contrib.gis.db.models.fields.PointField(
                        editable=False, null=True, srid=4326, verbose_name="position shown"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("geom_public"),
                            models.Value(3857),
                            function="ST_Transform",
                            output_field=django.contrib.gis.db.models.fields.PointField(srid=3857),
                        ),
                        output_field=django.contrib.gis.db.models.fields.PointField(srid=3857),
                    ),
                ),
                ("address_public", models.CharField(default="", editable=False, max_length=400)),
                ("formal", models.BooleanField(default=True, editable=False, verbose_name="formal service")),
                (
                    "district_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), default=list, editable=False, size=None
                    ),
                ),
                (
                    "served_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), default=list, editable=False, size=None
                    ),
                ),
                ("sort_name", models.TextField(db_collation="C", default="", editable=False)),
                ("created_at", models.DateTimeField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("search_public", models.TextField()),
                ("search_members", models.TextField()),
                ("search_staff", models.TextField()),
            ],
            options={
                "db_table": "layers_pastresource",
                "ordering": ["id"],
                "managed": False,
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="ResourceVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("postcode", models.CharField(blank=True, max_length=8, verbose_name="postcode")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                ("building", models.CharField(blank=True, max_length=200, verbose_name="building")),
                ("lg_code", models.CharField(blank=True, max_length=6, verbose_name="municipality code")),
                ("town", models.CharField(blank=True, max_length=120, verbose_name="town")),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, spatial_index=False, srid=4326, verbose_name="position"
                    ),
                ),
                (
                    "geom_origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("file", "from the file"),
                            ("geocoded", "from the address"),
                            ("hand", "set by hand"),
                        ],
                        max_length=10,
                        verbose_name="origin of the position",
                    ),
                ),
                (
                    "geom_precision",
                    models.CharField(blank=True, max_length=12, verbose_name="precision of the position"),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "former_names",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="former names",
                    ),
                ),
                ("reading", models.CharField(blank=True, max_length=300, verbose_name="reading")),
                (
                    "fields_of_support",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="fields of support",
                    ),
                ),
                (
                    "formal_override",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="formal service (overrides the category)"
                    ),
                ),
                ("office_number", models.CharField(blank=True, max_length=20, verbose_name="office number")),
                ("phone", models.CharField(blank=True, max_length=100, verbose_name="telephone")),
                ("fax", models.CharField(blank=True, max_length=60, verbose_name="fax")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="mail")),
                ("url", models.CharField(blank=True, max_length=1000, verbose_name="web page")),
                ("opening_hours", models.TextField(blank=True, verbose_name="opening hours")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="capacity")),
                (
                    "vacancy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("available", "vacancy"),
                            ("few", "few left"),
                            ("full", "no vacancy"),
                            ("ask", "please ask"),
                        ],
                        max_length=10,
                        verbose_name="vacancy",
                    ),
                ),
                (
                    "vacancy_count",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="places free"),
                ),
                (
                    "vacancy_note",
                    models.CharField(blank=True, max_length=200, verbose_name="note on vacancy"),
                ),
                ("vacancy_as_of", models.DateTimeField(blank=True, null=True, verbose_name="vacancy as of")),
                (
                    "vacancy_origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("provider", "entered by the provider"),
                            ("city", "entered by the city"),
                            ("file", "from the file"),
                            ("demo", "made up for the demo"),
                        ],
                        max_length=10,
                        verbose_name="vacancy from",
                    ),
                ),
                (
                    "service_area",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not stated"),
                            ("city", "the whole city"),
                            ("districts", "districts"),
                            ("polygon", "drawn area"),
                        ],
                        max_length=10,
                        verbose_name="service area",
                    ),
                ),
                (
                    "service_geom",
                    django.contrib.gis.db.models.fields.MultiPolygonField(
                        blank=True, null=True, srid=4326, verbose_name="area served"
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("on_site", "used there"),
                            ("visits", "visits"),
                            ("both", "used there or visits"),
                        ],
                        default="on_site",
                        max_length=8,
                        verbose_name="delivery",
                    ),
                ),
                (
                    "properties",
                    models.JSONField(blank=True, default=dict, verbose_name="city-defined fields"),
                ),
                (
                    "publication",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("members", "published to members"),
                            ("public", "published to everyone"),
                        ],
                        default="draft",
                        max_length=8,
                        verbose_name="publication",
                    ),
                ),
                (
                    "operation",
                    models.CharField(
                        choices=[
                            ("planned", "opening planned"),
                            ("open", "open"),
                            ("suspended", "suspended"),
                            ("closed", "closed"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="operation",
                    ),
                ),
                ("opened_on", models.DateField(blank=True, null=True, verbose_name="opened on")),
                ("suspended_on", models.DateField(blank=True, null=True, verbose_name="suspended on")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                (
                    "disclosure",
                    models.CharField(
                        choices=[("open", "open"), ("area", "district only"), ("contact", "contact only")],
                        default="open",
                        max_length=8,
                        verbose_name="disclosure of place",
                    ),
                ),
                (
                    "withheld",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="items withheld from the public",
                    ),
                ),
                (
                    "hand_districts",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"scheme": "code"}',
                        verbose_name="districts set by hand",
                    ),
                ),
                (
                    "source_key",
                    models.CharField(blank=True, max_length=100, verbose_name="key in the source"),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        help_text="Moves when a person changes something visible.", verbose_name="last update"
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True, verbose_name="verified")),
                ("verified_by", models.CharField(blank=True, max_length=100, verbose_name="verified by")),
                ("verified_how", models.CharField(blank=True, max_length=20, verbose_name="verified how")),
                (
                    "deleted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="in the trash since"),
                ),
                (
                    "vacancy_detail",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"mon": {"state": "few", "count": 1}}; classes are the category\'s.',
                        verbose_name="vacancy by class",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                (
                    "geom_public",
                    django.contrib.gis.db.models.fields.PointField(
                        editable=False, null=True, srid=4326, verbose_name="position shown"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("geom_public"),
                            models.Value(3857),
                            function="ST_Transform",
                            output_field=django.contrib.gis.db.models.fields.PointField(srid=3857),
                        ),
                        output_field=django.contrib.gis.db.models.fields.PointField(srid=3857),
                    ),
                ),
                ("address_public", models.CharField(default="", editable=False, max_length=400)),
                ("formal", models.BooleanField(default=True, editable=False, verbose_name="formal service")),
                (
                    "district_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), default=list, editable=False, size=None
                    ),
                ),
                (
                    "served_keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), default=list, editable=False, size=None
                    ),
                ),
                ("sort_name", models.TextField(db_collation="C", default="", editable=False)),
                ("created_at", models.DateTimeField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(blank=True, null=True)),
                ("resource_id", models.BigIntegerField()),
                ("change", models.CharField(blank=True, default="", editable=False, max_length=40)),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("actor_name", models.CharField(blank=True, default="", max_length=150)),
                ("note", models.CharField(blank=True, default="", max_length=300)),
            ],
            options={
                "ordering": ["resource_id", "version"],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="category",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="layers.category",
                verbose_name="merged into",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="vacancy_axis",
            field=models.CharField(
                blank=True,
                choices=[("weekday", "by weekday"), ("age", "by age class"), ("sex", "by sex")],
                max_length=8,
                verbose_name="vacancy asked for",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="vacancy_classes",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text='[{"code": "age0", "title": "0歳"}]',
                verbose_name="classes of vacancy",
            ),
        ),
        migrations.AddField(
            model_name="category",
            name="vacancy_stale_days",
            field=models.PositiveIntegerField(default=30, verbose_name="days until a vacancy counts as old"),
        ),
        migrations.AddField(
            model_name="resource",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="merged",
                to="layers.resource",
                verbose_name="merged into",
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="served_keys",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=81), default=list, editable=False, size=None
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="vacancy_detail",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text='{"mon": {"state": "few", "count": 1}}; classes are the category\'s.',
                verbose_name="vacancy by class",
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="version",
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name="version"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(("vacancy_axis__in", ["", "weekday", "age", "sex"])),
                name="category_vacancy_axis_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None),
                    models.Q(("merged_into", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="category_is_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="category",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.category",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.resource",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="organisation",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.organisation",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="site",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.site",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="source",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.datasource",
            ),
        ),
        migrations.AddField(
            model_name="resourceversion",
            name="successor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="layers.resource",
            ),
        ),
        migrations.AddIndex(
            model_name="resourceversion",
            index=models.Index(fields=["resource_id", "valid_from"], name="resource_version_by_time"),
        ),
        migrations.AddIndex(
            model_name="resourceversion",
            index=models.Index(fields=["valid_from", "valid_to"], name="resource_version_by_start"),
        ),
        migrations.AddConstraint(
            model_name="resourceversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                ),
                name="resource_version_period_is_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="resourceversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)),
                fields=("resource_id",),
                name="resource_version_is_open_once",
            ),
        ),
        run_file("editing.sql", DROP_EDITING),
        run_file("history.sql", DROP_HISTORY),
    ]
