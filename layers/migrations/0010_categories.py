"""Districts edited and imported while the portal runs; their resources follow, by the worker where they are many."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from layers.sqlfiles import run_file

# What replaces functions and triggers of 0003 stays: it does the same for every single change.
REVERSE = "DROP FUNCTION layers_refresh_memberships(bigint, bigint)"


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0009_fields"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MembershipRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("started_at", models.DateTimeField(auto_now_add=True, verbose_name="started")),
                ("beat_at", models.DateTimeField(auto_now_add=True, verbose_name="last sign of life")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                ("last_id", models.BigIntegerField(default=0, verbose_name="done up to")),
                ("total_count", models.PositiveIntegerField(default=0, verbose_name="resources")),
                ("done_count", models.PositiveIntegerField(default=0, verbose_name="resources done")),
                ("changed_count", models.PositiveIntegerField(default=0, verbose_name="resources changed")),
            ],
            options={
                "verbose_name": "recomputation of districts",
                "verbose_name_plural": "recomputations of districts",
                "ordering": ["-id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at", None)),
                        fields=("finished_at",),
                        name="membership_run_is_the_only_open_one",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DistrictImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=200, verbose_name="file")),
                ("data", models.BinaryField(verbose_name="contents of the file")),
                ("options", models.JSONField(default=dict, verbose_name="how it is read")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("staged", "waiting for your decision"),
                            ("applied", "taken over"),
                            ("dismissed", "not taken over"),
                        ],
                        default="staged",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="uploaded")),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="taken over at")),
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
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="layers.districtscheme",
                        verbose_name="district scheme",
                    ),
                ),
            ],
            options={
                "verbose_name": "import of districts",
                "verbose_name_plural": "imports of districts",
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["staged", "applied", "dismissed"])),
                        name="district_import_state_is_known",
                    )
                ],
            },
        ),
        run_file("memberships.sql", REVERSE),
    ]
