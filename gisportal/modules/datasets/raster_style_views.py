"""How a raster is coloured: a ramp, classes or a colour for each value; the legend follows while one chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from gisportal.modules.datasets import source
from gisportal.modules.datasets.guards import for_keepers
from gisportal.portal.entry_fields import errors_of
from gisportal.portal.map_config import base_config
from gisportal.portal.search_views import viewer_of
from layers.errors import SourceNotFound
from layers.rasters.catalogue import RasterLayer, get_raster
from layers.rasters.errors import RasterError
from layers.rasters.first_style import first_style, palette_style
from layers.rasters.services import set_style
from layers.rasters.style import RasterStyle
from styles import raster_legend
from styles.ramps import RAMPS, Stretch, Wish, make_style, read_bounds

CLASS_COUNTS = (0, 3, 4, 5, 6, 7, 8, 9, 10, 12)


class ColourForm(forms.Form):
    """A person's wish for a raster of values."""

    way = forms.ChoiceField(label=gettext_lazy("Colours"), widget=forms.RadioSelect, required=False)
    ramp = forms.ChoiceField(label=gettext_lazy("Ramp"), required=False)
    is_reversed = forms.BooleanField(label=gettext_lazy("The other way round"), required=False)
    stretch = forms.ChoiceField(
        label=gettext_lazy("Stretched over"), required=False,
        choices=[(Stretch.PERCENTILE.value, gettext_lazy("most values (2 % to 98 %)")),
                 (Stretch.RANGE.value, gettext_lazy("all values"))],
    )  # fmt: skip
    classes = forms.TypedChoiceField(label=gettext_lazy("Classes"), coerce=int, required=False)
    bounds = forms.CharField(
        label=gettext_lazy("Bounds of classes by hand"), required=False, max_length=200,
        help_text=gettext_lazy("Lower bounds with commas between: 0, 0.5, 3, 5"),
    )  # fmt: skip
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False, max_length=20)
    opacity = forms.IntegerField(
        label=gettext_lazy("Opacity (%)"), min_value=0, max_value=100, required=False
    )

    def __init__(self, data: Any = None, *, layer: RasterLayer) -> None:
        self.layer = layer
        style = layer.style
        super().__init__(data, initial=_initial(style))
        ways = [("ramp", _("a ramp or classes")), ("values", _("a colour for each value"))]
        self._choose("way", ways if layer.summary.values else ways[:1])
        self._choose("ramp", [(ramp.name, ramp.title) for ramp in RAMPS.values()])
        self._choose("classes", [(0, _("none (flowing)")), *((n, str(n)) for n in CLASS_COUNTS if n)])

    def _choose(self, key: str, choices: Any) -> None:
        field = self.fields[key]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def style(self) -> RasterStyle:
        """The style wished for. Raises :class:`RasterError`."""
        said, summary = self.cleaned_data, self.layer.summary
        share = said["opacity"] if said["opacity"] is not None else 75
        if self.layer.raster.is_picture:
            return RasterStyle(opacity=share / 100)
        if said["way"] == "values" and summary.values:
            return replace(self._of_values(), unit=said["unit"], opacity=share / 100)
        wish = Wish(
            ramp=said["ramp"] or "dusk",
            stretch=Stretch(said["stretch"] or "percentile"),
            classes=said["classes"] or 0,
            bounds=read_bounds(said["bounds"]),
            is_reversed=said["is_reversed"],
            unit=said["unit"],
            opacity=share / 100,
        )
        return make_style(summary, wish)

    def _of_values(self) -> RasterStyle:
        """``colour-<value>`` and ``title-<value>`` as posted; what is not posted stays."""
        before = {value: (colour, title) for value, colour, title in self.values()}
        rows = [
            (
                value,
                self.data.get(f"colour-{value}", colour),
                self.data.get(f"title-{value}", title).strip()[:60],
            )
            for value, (colour, title) in before.items()
        ]
        return palette_style(
            [(value, colour) for value, colour, _title in rows], [title for *_more, title in rows]
        )

    def values(self) -> list[tuple[int, str, str]]:
        """Each value with its colour and title as they are kept, or as they would be at first."""
        known = self.layer.summary.values
        style = self.layer.style
        if not (
            style.is_classes and style.titles and {stop for stop, _c in style.stops} == {v for v, _n in known}
        ):
            style = first_style(self.layer.summary, self.layer.raster.palette, is_picture=False)
            if len(style.stops) != len(known):
                return []
        titles = [*style.titles, *[""] * len(style.stops)]
        return [(int(value), colour, titles[place]) for place, (value, colour) in enumerate(style.stops)]


def _initial(style: RasterStyle) -> dict[str, Any]:
    by_value = bool(style.is_classes and style.titles)
    is_free = style.is_classes and not by_value
    return {
        "way": "values" if by_value else "ramp",
        "ramp": style.ramp or "dusk",
        "stretch": Stretch.PERCENTILE.value,
        "classes": 0,
        "bounds": ", ".join(f"{value:g}" for value, _colour in style.stops) if is_free else "",
        "unit": style.unit,
        "opacity": round(style.opacity * 100),
    }


def _raster(request: HttpRequest, slug: str) -> RasterLayer:
    row = source.kept_layer(request, slug)
    try:
        return get_raster(row.source_slug, viewer_of(request))
    except SourceNotFound as error:
        raise Http404 from error


@require_http_methods(["GET", "HEAD", "POST"])
@for_keepers
def colours(request: HttpRequest, slug: str) -> HttpResponse:
    """The page; posted, it keeps the style."""
    layer = _raster(request, slug)
    if request.method != "POST":
        return _page(request, layer, ColourForm(layer=layer), layer.style)
    form = ColourForm(request.POST, layer=layer)
    style = _wished(form)
    if style is None:
        return _page(request, layer, form, layer.style)
    set_style(viewer_of(request), layer.layer.pk, style)
    messages.success(request, _("The layer is drawn so from now on."))
    return redirect("datasets:layer", slug=slug)


@require_POST
@for_keepers
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The legend of what is wished for: a part of the page."""
    layer = _raster(request, slug)
    form = ColourForm(request.POST, layer=layer)
    style = _wished(form)
    context = _legend(layer, style or layer.style) | {"errors": errors_of(form)}
    return render(request, "datasets/raster_legend.html", context)


def _wished(form: ColourForm) -> RasterStyle | None:
    if not form.is_valid():
        return None
    try:
        return form.style()
    except RasterError as error:
        form.add_error(error.parameter if error.parameter in form.fields else None, error.message)
        return None


def _legend(layer: RasterLayer, style: RasterStyle) -> dict[str, Any]:
    """Drawn by ourselves from checked colours and numbers; titles are escaped there."""
    return {
        "legend_svg": mark_safe(raster_legend.svg(layer.layer.title, style)),
        "histogram_svg": mark_safe(raster_legend.histogram(layer.summary, style)),
    }


def _page(request: HttpRequest, layer: RasterLayer, form: ColourForm, style: RasterStyle) -> HttpResponse:
    errors = errors_of(form) if form.is_bound else []
    context: dict[str, Any] = {
        "layer": layer.layer,
        "raster": layer.raster,
        "summary": layer.summary,
        "form": form,
        "values": form.values() if layer.summary.values else [],
        "all_forms_errors": errors,
        "map_config": base_config(request),
        "map_layer": source.as_map_layer(layer.layer),
    }
    context |= _legend(layer, style)
    return render(request, "datasets/raster_style.html", context, status=422 if errors else 200)
