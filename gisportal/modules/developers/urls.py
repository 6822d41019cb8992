from django.urls import path

from gisportal.modules.developers import token_views, usage_views, views

app_name = "developers"

urlpatterns = [
    path("developers/", views.index, name="index"),
    path("developers/try/", views.try_out, name="try"),
    path("developers/examples/<slug:example>/", views.example, name="example"),
    path("accounts/tokens/", token_views.tokens, name="tokens"),
    path("accounts/tokens/all/", token_views.all_tokens, name="all-tokens"),
    path("accounts/tokens/<int:token_id>/", token_views.token, name="token"),
    path("accounts/tokens/<int:token_id>/revoke/", token_views.revoke, name="revoke"),
    path("settings/usage/", usage_views.usage, name="usage"),
    path("settings/usage.csv", usage_views.usage_csv, name="usage-csv"),
]
