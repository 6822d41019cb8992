from django.urls import path

from gisportal.modules.consentforms import batch_views, template_views, views

app_name = "consentforms"

urlpatterns = [
    path("consents/", views.index, name="index"),
    path("consents/new", batch_views.create, name="new-batch"),
    path("consents/batches/<int:batch_id>/", batch_views.batch, name="batch"),
    path("consents/batches/<int:batch_id>/forms.pdf", batch_views.download, name="batch-file"),
    path("consents/scans/<int:consent_id>", views.scan, name="scan"),
    path("consents/template", template_views.template, name="template"),
    path("consents/template/preview.pdf", template_views.preview, name="preview"),
    path("resources/<int:resource_id>/consent/", views.of_resource, name="of-resource"),
    path("resources/<int:resource_id>/consent/form.pdf", views.form_pdf, name="form"),
]
