"""Meetings with their dates, and words of vacancy per category."""

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.manager
from django.db import migrations, models

from layers.sqlfiles import run_file

DROP = """
DROP FUNCTION layers_session_derive, layers_resource_moved_sessions, layers_session_touched CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0006_editing")]

    operations = [
        migrations.AddField(
            model_name="category",
            name="vacancy_words",
            field=models.CharField(
                blank=True,
                choices=[("marks", "○ △ ×"), ("joining", "looking for participants")],
                max_length=8,
                verbose_name="words of vacancy",
            ),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=100, verbose_name="name of the meeting")),
                ("venue", models.CharField(blank=True, max_length=120, verbose_name="venue")),
                ("address", models.CharField(blank=True, max_length=300, verbose_name="address")),
                (
                    "geom",
                    django.contrib.gis.db.models.fields.PointField(
                        blank=True, null=True, srid=4326, verbose_name="position"
                    ),
                ),
                (
                    "recurrence",
                    models.CharField(
                        choices=[
                            ("weekly", "every week"),
                            ("fortnightly", "every other week"),
                            ("monthly_weekday", "on weekdays of the month"),
                            ("monthly_day", "on days of the month"),
                            ("dates", "on single dates"),
                        ],
                        max_length=16,
                        verbose_name="how often",
                    ),
                ),
                (
                    "weekdays",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "weeks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="weeks of the month",
                    ),
                ),
                (
                    "month_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="days of the month",
                    ),
                ),
                (
                    "dates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="dates",
                    ),
                ),
                ("start_time", models.TimeField(verbose_name="begins at")),
                ("end_time", models.TimeField(blank=True, null=True, verbose_name="ends at")),
                (
                    "holiday_rule",
                    models.CharField(
                        choices=[
                            ("held", "takes place on holidays too"),
                            ("off", "not on holidays"),
                            ("next_day", "the next working day instead"),
                        ],
                        default="held",
                        max_length=8,
                        verbose_name="on holidays",
                    ),
                ),
                (
                    "cancelled",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="dates off",
                    ),
                ),
                (
                    "moved",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text='{"2026-05-05": "2026-05-12"}',
                        verbose_name="dates moved",
                    ),
                ),
                (
                    "extra",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="extra dates",
                    ),
                ),
                ("first_on", models.DateField(blank=True, null=True, verbose_name="from")),
                ("last_on", models.DateField(blank=True, null=True, verbose_name="until")),
                ("fee", models.CharField(blank=True, max_length=100, verbose_name="fee")),
                ("capacity", models.PositiveIntegerField(blank=True, null=True, verbose_name="capacity")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                ("order", models.PositiveIntegerField(default=0, verbose_name="order")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="last update")),
                (
                    "geom_public",
                    django.contrib.gis.db.models.fields.PointField(
                        editable=False, null=True, srid=4326, verbose_name="position shown"
                    ),
                ),
                ("address_public", models.CharField(default="", editable=False, max_length=400)),
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
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="layers.resource",
                        verbose_name="resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["resource", "order", "id"],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="SessionDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField(verbose_name="date")),
                ("weekday", models.PositiveSmallIntegerField(verbose_name="weekday")),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="session_days",
                        to="layers.resource",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="days", to="layers.session"
                    ),
                ),
            ],
            options={
                "verbose_name": "date of a session",
                "verbose_name_plural": "dates of sessions",
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddIndex(
            model_name="session",
            index=django.contrib.postgres.indexes.GistIndex(fields=["geom_3857"], name="session_geom_3857"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recurrence__in", ["weekly", "fortnightly", "monthly_weekday", "monthly_day", "dates"])
                ),
                name="session_recurrence_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("holiday_rule__in", ["held", "off", "next_day"])),
                name="session_holiday_rule_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_time", None), ("end_time__gt", models.F("start_time")), _connector="OR"
                ),
                name="session_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_on", None),
                    ("last_on", None),
                    ("last_on__gte", models.F("first_on")),
                    _connector="OR",
                ),
                name="session_period_is_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("recurrence", "fortnightly"), _negated=True),
                    ("first_on__isnull", False),
                    _connector="OR",
                ),
                name="session_fortnight_has_first_day",
            ),
        ),
        migrations.AddIndex(
            model_name="sessiondate",
            index=models.Index(fields=["on", "resource"], name="session_date_by_day"),
        ),
        migrations.AddIndex(
            model_name="sessiondate",
            index=models.Index(fields=["resource", "on"], name="session_date_by_resource"),
        ),
        migrations.AddConstraint(
            model_name="sessiondate",
            constraint=models.UniqueConstraint(fields=("session", "on"), name="session_date_once"),
        ),
        run_file("sessions.sql", DROP),
    ]
