// A map of one uploaded layer, by itself: on its page, and while its colours are chosen. A click tells of a feature.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { mapConfig } from "./config.js";
import L from "./leaflet.js";
import { storedLayer } from "./overlay-layer.js";
import { valueAt } from "./overlays.js";
import { StoredLayer } from "./stored-layer.js";
import { MapView } from "./view.js";

export class StoredMap {
  /** `page`: the page's map-config; `told`: the layer; see stored-layer.js. */
  constructor(section, page, told, { label = "" } = {}) {
    this.told = told;
    const config = mapConfig(page);
    this.view = new MapView(section, { ...config, home: told.extent ?? config.home }, { label, isSmall: true });
    if (told.extent) this.view.fit(told.extent, 16);
    this.view.showBase();
    if (told.kind === "raster") this.showRaster();
    else this.showShapes();
  }

  showShapes() {
    this.layer = new StoredLayer({ ...this.told, keys: this.told.fields.map((field) => field.key).slice(0, 12) });
    this.layer.addTo(this.view.map);
    this.view.map.on("click", ({ latlng }) => this.tell(latlng));
  }

  /** A click tells the value there: posted, for which the page must hold a token against forgery. */
  showRaster() {
    const { source, style, attribution, extent } = this.told;
    const config = { kind: "raster", source, attribution, extent, opacity: style?.opacity ?? 0.8,
      tiles: `/tiles/${source}/{z}/{x}/{y}.png`, value: `/tiles/${source}/value` };
    storedLayer(config).addTo(this.view.map);
    if (!document.querySelector("[name=csrfmiddlewaretoken]")) return;
    this.view.map.on("click", ({ latlng }) => {
      const words = el("p", { role: "status" }, gettext("Loading…"));
      L.popup({ maxWidth: 300 }).setLatLng(latlng).setContent(words).openOn(this.view.map);
      valueAt(config, latlng).then(
        (told) => { words.textContent = told.text; },
        () => { words.textContent = gettext("This could not be loaded. Please try again."); },
      );
    });
  }

  tell(latlng) {
    const found = this.layer.hit(latlng);
    if (!found) return;
    const lines = this.told.fields.flatMap(({ key, title, unit }) => {
      const value = found.properties[key];
      if (value === undefined || value === "") return [];
      return [el("dt", {}, title), el("dd", {}, [value.toLocaleString?.() ?? String(value), unit].join(" ").trim())];
    });
    L.popup({ maxWidth: 300 }).setLatLng(latlng).setContent(el("dl", { class: "map-words" }, ...lines))
      .openOn(this.view.map);
  }

  restyle(style) {
    this.layer?.restyle(style);
  }
}
