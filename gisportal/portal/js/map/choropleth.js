// Districts coloured by class (色分け地図). The table beside it says the same to who cannot see it.
import { el } from "../lib/dom.js";
import { classOf } from "../lib/classes.js";
import { gettext, number } from "../lib/i18n.js";
import { mapConfig } from "./config.js";
import { labelsOf } from "./labels.js";
import L from "./leaflet.js";
import { MapView } from "./view.js";

const NO_VALUE = "#ffffff";

const spread = (ring) => {
  const box = L.latLngBounds(ring);
  return (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth());
};

/** Of the nested lists of a polygon or multipolygon the ring that covers most. */
function largestRing(nested) {
  const rings = nested[0]?.lat === undefined ? nested.map(largestRing) : [nested];
  return rings.reduce((best, ring) => (spread(ring) > spread(best) ? ring : best));
}

/** `config`: {classes: [{min, max, colour, label}], property, title, unit}; GeoJSON features may carry `name`, `url`. */
export class Choropleth {
  static async load(section, config, page) {
    const response = await fetch(section.dataset.geojsonUrl, { credentials: "same-origin" });
    if (!response.ok) {
      section.replaceChildren(el("p", { role: "alert" }, gettext("The map could not be loaded.")));
      return null;
    }
    return new Choropleth(section, await response.json(), config, page);
  }

  constructor(section, collection, config, page) {
    this.config = config;
    this.shapes = L.geoJSON(collection, {
      style: (feature) => this.style(feature),
      onEachFeature: (feature, layer) => this.dress(feature, layer),
    });
    const bounds = this.shapes.getBounds();
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    this.view = new MapView(section, { ...mapConfig(page), home: box }, { label: config.title, zoomSnap: 0.5 });
    this.shapes.addTo(this.view.map);
    this.view.corner(this.legend(), "bottomleft");
    this.view.fit(box);
    this.view.showBase();
    labelsOf(this.view.map).add("districts", () => this.names());
  }

  /** Names in the middle of each district's largest part; where there is no room the larger district wins. */
  names() {
    return this.shapes.getLayers().filter((layer) => layer.getBounds?.().isValid()).map((layer) => {
      const parts = largestRing(layer.getLatLngs());
      return {
        latlng: L.latLngBounds(parts).getCenter(), text: layer.feature.properties.name, priority: parts.length,
        font: '600 12px "Noto Sans JP", "Hiragino Sans", Meiryo, sans-serif', colour: "#1a1a1c", halo: "rgba(255,255,255,0.9)",
      };
    });
  }

  style(feature) {
    const found = classOf(feature.properties[this.config.property], this.config.classes);
    return {
      fillColor: found?.colour ?? NO_VALUE, fillOpacity: found ? 0.75 : 0.35, color: "#33383f", weight: 1,
      dashArray: feature.properties.is_approximate ? "6 4" : null,
    };
  }

  dress(feature, layer) {
    const { name, url } = feature.properties;
    const value = feature.properties[this.config.property];
    const text = typeof value === "number" ? number(value) : gettext("no figure");
    const words = el("span", {}, `${name}: ${text}${this.config.unit ?? ""}`);
    layer.bindTooltip(words, { sticky: true, className: "map-tooltip" });
    if (url) layer.on("click", () => { location.href = url; });
  }

  legend() {
    const entries = this.config.classes.map((each) => {
      const swatch = el("span", { class: "map-legend__swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = each.colour;
      return el("li", {}, swatch, el("span", {}, each.label));
    });
    return el("details", { class: "map-legend", open: true },
      el("summary", { class: "map-legend__title" }, this.config.title ?? gettext("Legend")),
      el("ul", { class: "map-legend__classes" }, ...entries));
  }
}
