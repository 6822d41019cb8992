// Draws and edits the boundary of a district with Leaflet.draw as django-leaflet ships it. The text field beside the
// map holds the value: it is read when it changes and written whenever something was drawn, so that the keyboard alone
// is enough. Leaflet.draw is a classic script that wants a global L: ours, so that there is one Leaflet on the page.
import { announce, el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import L from "./leaflet.js";
import { MapView } from "./view.js";

const OTHER = { color: "#5b3b8c", weight: 1.5, opacity: 0.8, fillOpacity: 0.05, interactive: false };
const OWN = { color: "#00428c", weight: 3, fillOpacity: 0.15 };
const OVERLAP = { color: "#a3120a", weight: 2, fillOpacity: 0.5, interactive: false };

/** Loads Leaflet.draw once; it adds itself to our Leaflet. */
function loadDraw(address) {
  return new Promise((resolve, reject) => {
    if (L.Control.Draw) return resolve();
    // A module's namespace cannot be added to; its copy can, and both share the classes.
    globalThis.L = { ...L };
    const script = el("script", { src: address });
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
    return undefined;
  });
}

function words() {
  const { draw, edit } = globalThis.L.drawLocal;
  draw.toolbar.buttons.polygon = gettext("Draw an area");
  draw.toolbar.actions = { title: gettext("Stop drawing"), text: gettext("Cancel") };
  draw.toolbar.finish = { title: gettext("Finish the area"), text: gettext("Finish") };
  draw.toolbar.undo = { title: gettext("Take the last corner back"), text: gettext("Undo") };
  draw.handlers.polygon.tooltip = {
    start: gettext("Click to set the first corner."), cont: gettext("Click to set the next corner."),
    end: gettext("Click the first corner to finish."),
  };
  edit.toolbar.buttons = {
    edit: gettext("Move corners"), editDisabled: gettext("Nothing to change"),
    remove: gettext("Delete areas"), removeDisabled: gettext("Nothing to delete"),
  };
  edit.toolbar.actions = {
    save: { title: gettext("Keep the changes"), text: gettext("Done") },
    cancel: { title: gettext("Throw the changes away"), text: gettext("Cancel") },
    clearAll: { title: gettext("Delete all areas"), text: gettext("Delete all") },
  };
  edit.handlers.edit.tooltip = { text: gettext("Drag a corner to move it."), subtext: gettext("Cancel throws it away.") };
  edit.handlers.remove.tooltip = { text: gettext("Click an area to delete it.") };
}

export class BoundaryEditor {
  static async load(holder, config, data) {
    await loadDraw(holder.dataset.drawScript);
    words();
    return new BoundaryEditor(holder, config, data);
  }

  constructor(holder, config, data) {
    this.text = document.getElementById(holder.dataset.field);
    const home = data.extent ?? config.home;
    this.view = new MapView(holder.querySelector("[data-boundary-map]"), { ...config, home }, {
      label: gettext("Map for drawing the boundary. The text field below holds the same boundary."),
    });
    this.map = this.view.map;
    L.geoJSON(data.others, { style: OTHER }).addTo(this.map);
    this.own = new L.FeatureGroup().addTo(this.map);
    this.pieces = L.geoJSON(data.pieces, { style: OVERLAP }).addTo(this.map);
    this.addTools();
    this.read();
    this.text.addEventListener("change", () => this.read());
    this.view.showBase();
  }

  addTools() {
    const drawn = { shapeOptions: OWN, allowIntersection: false, showArea: false,
      drawError: { color: "#a3120a", message: gettext("Outlines must not cross.") } };
    this.map.addControl(new L.Control.Draw({
      position: "topleft",
      draw: { polygon: drawn, polyline: false, rectangle: false, circle: false, marker: false, circlemarker: false },
      edit: { featureGroup: this.own, poly: { allowIntersection: false } },
    }));
    this.map.on("draw:created", ({ layer }) => {
      layer.setStyle(OWN);
      this.own.addLayer(layer);
      this.write();
    });
    this.map.on("draw:edited draw:deleted", () => this.write());
  }

  /** Polygons of the text, one layer each with its holes; text that is no GeoJSON stays as it is for the server. */
  read() {
    const value = this.text.value.trim();
    if (!value.startsWith("{")) {
      if (!value) this.own.clearLayers();
      return;
    }
    try {
      const found = polygons(JSON.parse(value));
      this.own.clearLayers();
      for (const rings of found) this.own.addLayer(new L.Polygon(L.GeoJSON.coordsToLatLngs(rings, 1), OWN));
    } catch {
      announce(gettext("The text is no GeoJSON yet."));
      return;
    }
    const bounds = this.pieces.getLayers().length ? this.pieces.getBounds() : this.own.getBounds();
    if (bounds.isValid()) this.view.fit(bounds, 17);
  }

  write() {
    const parts = this.own.getLayers().flatMap((layer) => polygons(layer.toGeoJSON(7).geometry));
    this.text.value = parts.length ? JSON.stringify({ type: "MultiPolygon", coordinates: parts }) : "";
    announce(gettext("The boundary was taken into the text field. Save to keep it."));
  }
}

/** Coordinates of every polygon in a GeoJSON. */
function polygons(shape) {
  switch (shape?.type) {
    case "Polygon": return [shape.coordinates];
    case "MultiPolygon": return shape.coordinates;
    case "Feature": return polygons(shape.geometry);
    case "FeatureCollection": return shape.features.flatMap(polygons);
    case "GeometryCollection": return shape.geometries.flatMap(polygons);
    default: return [];
  }
}
