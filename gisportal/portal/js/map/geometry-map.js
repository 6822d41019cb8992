// A map of some points and areas given as GeoJSON, in which one may also be drawn. For pages of other rooms.
import { el } from "../lib/dom.js";
import { mapConfig } from "./config.js";
import L from "./leaflet.js";
import { Sketch } from "./sketch.js";
import { MapView } from "./view.js";

const STYLE = { color: "#8a1c5c", weight: 3, fillColor: "#8a1c5c", fillOpacity: 0.25 };
const POINT = { ...STYLE, radius: 9, weight: 2, color: "#ffffff", fillOpacity: 0.95 };

export class GeometryMap {
  /** `page`: the page's map-config; `label`: what the map shows, for who cannot see it. */
  constructor(section, page, { label = "", isSmall = false } = {}) {
    this.view = new MapView(section, mapConfig(page), { label, isSmall });
    this.sketch = new Sketch(this.view.map, this.view.bar);
    this.shapes = L.featureGroup().addTo(this.view.map);
    this.view.showBase();
  }

  /** Shows GeoJSON in place of what was shown. `words(feature)` gives {title, lines, url} of a popup. */
  show(geojson, { words = null, fits = true } = {}) {
    this.shapes.clearLayers();
    if (!geojson) return;
    const layer = L.geoJSON(geojson, {
      style: (feature) => (feature?.geometry?.type === "Point" || feature?.type === "Point" ? POINT : STYLE),
      pointToLayer: (_feature, latlng) => L.circleMarker(latlng, POINT),
      onEachFeature: (feature, each) => words && this.dress(each, words(feature)),
    });
    this.shapes.addLayer(layer);
    // Areas below points, so that each point can be reached.
    layer.eachLayer((each) => each.getRadius || each.bringToBack());
    if (fits && layer.getBounds().isValid()) this.view.fit(layer.getBounds(), 16);
  }

  dress(layer, { title, lines, url }) {
    const box = el("div", { class: "map-words" },
      el("p", {}, el("a", { href: url }, title)), ...lines.map((line) => el("p", {}, line)));
    layer.bindPopup(box, { maxWidth: 280 });
  }

  /** Draws a point or polygon; `done(geometry)` gets it as GeoJSON. */
  draw(kind, hint, done) {
    this.sketch.start(kind, (points) => {
      const pairs = points.map(({ lat, lng }) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))]);
      const geometry = kind === "point"
        ? { type: "Point", coordinates: pairs[0] }
        : { type: "Polygon", coordinates: [[...pairs, pairs[0]]] };
      this.show(geometry, { fits: false });
      done(geometry);
    }, hint);
  }

  get bbox() {
    return this.view.bbox;
  }
}
