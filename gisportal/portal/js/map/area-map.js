// The area a service covers: drawn as one polygon; the textarea beside holds it as GeoJSON, longitude first.
import { announce } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import L from "./leaflet.js";
import { Sketch } from "./sketch.js";
import { MapView } from "./view.js";

const STYLE = { color: "#00428c", weight: 3, fillOpacity: 0.15, interactive: false };

export class AreaMap {
  constructor(section, config, input) {
    this.section = section;
    this.config = config;
    this.input = input;
    input?.addEventListener("change", () => this.draw());
  }

  /** The map is made when it is first seen: hidden it would have no size. */
  show() {
    if (this.view || !this.input) return;
    this.view = new MapView(this.section, this.config, { isSmall: true, label: gettext("Map of the area served") });
    this.sketch = new Sketch(this.view.map, this.view.bar);
    this.view.buttons([
      { name: "polygon", label: gettext("Draw the area"), action: () => this.sketch.start("polygon", (points) => this.take(points)) },
      { name: "close", label: gettext("Remove the area"), action: () => this.write("") },
    ]);
    this.draw();
    this.view.showBase();
  }

  take(points) {
    const ring = points.map(({ lat, lng }) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))]);
    this.write(JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] }));
    announce(gettext("The area is in the form now; save to keep it."));
  }

  write(text) {
    this.input.value = text;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  draw() {
    if (!this.view) return;
    this.layer?.remove();
    this.layer = null;
    if (!this.input.value.trim()) return;
    try {
      this.layer = L.geoJSON(JSON.parse(this.input.value), { style: STYLE }).addTo(this.view.map);
      this.view.fit(this.layer.getBounds(), 15);
    } catch { /* what cannot be read is said when the form is saved */ }
  }
}
