"""Uploaded layers, their editions, features and files."""

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models

from layers.sqlfiles import run_file


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0012_freshness"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredEdition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="edition")),
                ("as_of", models.DateField(blank=True, null=True, verbose_name="as of")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("file_name", models.CharField(blank=True, max_length=200, verbose_name="file")),
                ("file_format", models.CharField(blank=True, max_length=40, verbose_name="format")),
                (
                    "crs",
                    models.CharField(blank=True, max_length=200, verbose_name="reference system of the file"),
                ),
                ("geometry_type", models.CharField(default="Geometry", max_length=20)),
                ("fields", models.JSONField(blank=True, default=list)),
                ("style", models.JSONField(blank=True, default=dict)),
                ("feature_count", models.PositiveIntegerField(default=0, verbose_name="features")),
                (
                    "extent",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(), blank=True, null=True, size=4
                    ),
                ),
                ("report", models.JSONField(blank=True, default=dict)),
                ("made_by_name", models.CharField(blank=True, max_length=150)),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="put in")),
                ("ready_at", models.DateTimeField(blank=True, null=True, verbose_name="ready since")),
                (
                    "made_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "edition of a layer",
                "verbose_name_plural": "editions of layers",
                "ordering": ["layer_id", "-number"],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="StoredLayer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slug",
                    models.CharField(
                        max_length=40,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
                                "Lower-case letters, digits and single underscores.",
                            )
                        ],
                        verbose_name="name in addresses",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("description", models.TextField(blank=True, verbose_name="description")),
                (
                    "keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="keywords",
                    ),
                ),
                ("licence", models.CharField(blank=True, max_length=200, verbose_name="licence")),
                (
                    "licence_url",
                    models.URLField(blank=True, max_length=300, verbose_name="address of the licence"),
                ),
                (
                    "attribution",
                    models.CharField(
                        blank=True,
                        help_text="Stands wherever the layer is shown.",
                        max_length=300,
                        verbose_name="attribution",
                    ),
                ),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="contact")),
                (
                    "source_url",
                    models.URLField(blank=True, max_length=500, verbose_name="where it comes from"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("vector", "shapes"), ("raster", "picture of values")],
                        default="vector",
                        max_length=6,
                        verbose_name="kind",
                    ),
                ),
                (
                    "geometry_type",
                    models.CharField(
                        default="Geometry", editable=False, max_length=20, verbose_name="shapes"
                    ),
                ),
                ("fields", models.JSONField(blank=True, default=list, verbose_name="fields")),
                ("style", models.JSONField(blank=True, default=dict, verbose_name="style")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "everyone"),
                            ("members", "members only (levels A and B)"),
                            ("staff", "city staff only"),
                        ],
                        default="staff",
                        max_length=8,
                        verbose_name="shown to",
                    ),
                ),
                (
                    "is_on_map",
                    models.BooleanField(default=True, verbose_name="offered on the map of the search"),
                ),
                ("version", models.BigIntegerField(default=0, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="put in")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="last update")),
                (
                    "deleted_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="in the trash since"
                    ),
                ),
                (
                    "current",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="layers.storededition",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "layer",
                "verbose_name_plural": "layers",
                "ordering": ["title", "id"],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name="storededition",
            name="layer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="editions",
                to="layers.storedlayer",
                verbose_name="layer",
            ),
        ),
        migrations.CreateModel(
            name="StoredUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_name", models.CharField(blank=True, max_length=150)),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("file", models.CharField(editable=False, max_length=100)),
                ("size", models.PositiveIntegerField(default=0, verbose_name="bytes")),
                ("options", models.JSONField(default=dict, verbose_name="how it is read")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "waiting for your decision"),
                            ("loading", "being loaded"),
                            ("done", "taken over"),
                            ("failed", "could not be loaded"),
                            ("dismissed", "not taken over"),
                        ],
                        default="staged",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("problem", models.TextField(blank=True, verbose_name="problem")),
                ("total_count", models.PositiveIntegerField(default=0, verbose_name="features")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="features loaded")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded")),
                ("beat_at", models.DateTimeField(auto_now_add=True, verbose_name="last sign of life")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="layers.storededition",
                    ),
                ),
                (
                    "layer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uploads",
                        to="layers.storedlayer",
                        verbose_name="layer",
                    ),
                ),
            ],
            options={
                "verbose_name": "uploaded file of a layer",
                "verbose_name_plural": "uploaded files of layers",
                "ordering": ["-id"],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="StoredFeature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.GeometryField(
                        blank=True, null=True, spatial_index=False, srid=4326, verbose_name="shape"
                    ),
                ),
                (
                    "geom_3857",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.gis.db.models.functions.Transform("geom", 3857),
                        output_field=django.contrib.gis.db.models.fields.GeometryField(
                            null=True, spatial_index=False, srid=3857
                        ),
                    ),
                ),
                ("properties", models.JSONField(blank=True, default=dict, verbose_name="properties")),
                ("search", models.TextField(blank=True, default="", editable=False)),
                (
                    "edition",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="features",
                        to="layers.storededition",
                        verbose_name="edition",
                    ),
                ),
            ],
            options={
                "verbose_name": "feature of a layer",
                "verbose_name_plural": "features of layers",
                "ordering": ["edition_id", "id"],
                "indexes": [
                    models.Index(fields=["edition", "id"], name="stored_feature_by_edition"),
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["edition", "geom"], name="stored_feature_place"
                    ),
                    django.contrib.postgres.indexes.GistIndex(
                        fields=["edition", "geom_3857"], name="stored_feature_place_3857"
                    ),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddConstraint(
            model_name="storedlayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug__regex", "^[a-z][a-z0-9]*(_[a-z0-9]+)*$")),
                name="stored_layer_slug_is_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedlayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("title", ""), _negated=True), name="stored_layer_has_title"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedlayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["vector", "raster"])), name="stored_layer_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedlayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("audience__in", ["public", "members", "staff"])),
                name="stored_layer_audience_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storededition",
            constraint=models.UniqueConstraint(
                fields=("layer", "number"), name="stored_edition_number_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="storedupload",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["staged", "loading", "done", "failed", "dismissed"])),
                name="stored_upload_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedupload",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "loading")),
                fields=("layer",),
                name="stored_upload_loads_a_layer_alone",
            ),
        ),
        run_file(
            "stored.sql",
            "DROP TRIGGER layers_stored_layer_version ON layers_storedlayer;"
            "DROP TRIGGER layers_stored_layer_touched ON layers_storedlayer;"
            "DROP FUNCTION layers_stored_layer_version(), layers_stored_layer_touched();",
        ),
    ]
