"""Photos and attachments."""

import django.db.models.deletion
import django.db.models.manager
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("layers", "0007_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "everyone who sees the entry"),
                            ("members", "members only"),
                            ("staff", "city staff only"),
                        ],
                        default="public",
                        max_length=8,
                        verbose_name="shown to",
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0, verbose_name="order")),
                ("file", models.CharField(editable=False, max_length=100)),
                ("size", models.PositiveIntegerField(editable=False, verbose_name="bytes")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                ("added_by_name", models.CharField(blank=True, editable=False, max_length=150)),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="in the trash since"),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                ("content_type", models.CharField(editable=False, max_length=100, verbose_name="kind")),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="layers.resource",
                        verbose_name="resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "verbose_name_plural": "attachments",
                "ordering": ["resource_id", "order", "id"],
                "abstract": False,
                "default_related_name": "attachments",
                "indexes": [models.Index(fields=["resource", "order", "id"], name="attachment_by_resource")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="attachment_has_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["public", "members", "staff"])),
                        name="attachment_audience_is_known",
                    ),
                    models.UniqueConstraint(fields=("file",), name="attachment_file_is_its_own"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("public", "everyone who sees the entry"),
                            ("members", "members only"),
                            ("staff", "city staff only"),
                        ],
                        default="public",
                        max_length=8,
                        verbose_name="shown to",
                    ),
                ),
                ("order", models.PositiveIntegerField(default=0, verbose_name="order")),
                ("file", models.CharField(editable=False, max_length=100)),
                ("size", models.PositiveIntegerField(editable=False, verbose_name="bytes")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                ("added_by_name", models.CharField(blank=True, editable=False, max_length=150)),
                (
                    "removed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="in the trash since"),
                ),
                ("caption", models.CharField(blank=True, max_length=200, verbose_name="caption")),
                (
                    "alt",
                    models.CharField(
                        help_text="Read to people who cannot see the picture.",
                        max_length=300,
                        verbose_name="description of the picture",
                    ),
                ),
                ("has_consent", models.BooleanField(default=False, verbose_name="consent to being shown")),
                ("consent_on", models.DateField(blank=True, null=True, verbose_name="date of the consent")),
                (
                    "consent_note",
                    models.CharField(blank=True, max_length=300, verbose_name="note on the consent"),
                ),
                ("width", models.PositiveIntegerField(editable=False)),
                ("height", models.PositiveIntegerField(editable=False)),
                ("thumbnail", models.CharField(editable=False, max_length=100)),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="added by",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="layers.resource",
                        verbose_name="resource",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo",
                "verbose_name_plural": "photos",
                "ordering": ["resource_id", "order", "id"],
                "abstract": False,
                "default_related_name": "photos",
                "indexes": [models.Index(fields=["resource", "order", "id"], name="photo_by_resource")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("alt", ""), _negated=True), name="photo_is_described"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["public", "members", "staff"])),
                        name="photo_audience_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("has_consent", False), ("consent_on__isnull", False), _connector="OR"
                        ),
                        name="photo_consent_has_date",
                    ),
                    models.UniqueConstraint(fields=("file",), name="photo_file_is_its_own"),
                ],
            },
            managers=[
                ("unscoped", django.db.models.manager.Manager()),
            ],
        ),
    ]
