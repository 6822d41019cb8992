"""Addresses of categories and districts below ``/settings/``; part of the names of ``settings_urls``."""

from django.urls import path

from gisportal.portal import category_views, district_import_views, district_town_views, district_views

urlpatterns = [
    path("categories/", category_views.category_list, name="categories"),
    path("categories/add", category_views.add, name="category-add"),
    path("categories/colours", category_views.colours, name="category-colours"),
    path("categories/<str:category_code>/", category_views.edit, name="category"),
    path("categories/<str:category_code>/move", category_views.move, name="category-move"),
    path("categories/<str:category_code>/merge", category_views.merge, name="category-merge"),
    path("categories/<str:category_code>/delete", category_views.delete, name="category-delete"),
    path("districts/", district_views.scheme_list, name="districts"),
    path("districts/add", district_views.add_scheme, name="scheme-add"),
    path("districts/progress", district_views.progress, name="districts-progress"),
    path("districts/imports/<int:import_id>/", district_import_views.report, name="district-import"),
    path("districts/imports/<int:import_id>/decide", district_import_views.decide, name="district-import-decide"),
    path("districts/<str:scheme_code>/", district_views.scheme, name="scheme"),
    path("districts/<str:scheme_code>/edit", district_views.edit_scheme, name="scheme-edit"),
    path("districts/<str:scheme_code>/move", district_views.move_scheme, name="scheme-move"),
    path("districts/<str:scheme_code>/delete", district_views.delete_scheme, name="scheme-delete"),
    path("districts/<str:scheme_code>/import", district_import_views.upload, name="district-upload"),
    path("districts/<str:scheme_code>/towns", district_town_views.towns, name="district-towns"),
    path("districts/<str:scheme_code>/towns.csv", district_town_views.towns_csv, name="district-towns-csv"),
    path("districts/<str:scheme_code>/new", district_views.add_district, name="district-add"),
    path("districts/<str:scheme_code>/<int:district_id>/", district_views.edit_district, name="district"),
    path("districts/<str:scheme_code>/<int:district_id>/delete", district_views.delete_district,
         name="district-delete"),
]  # fmt: skip
