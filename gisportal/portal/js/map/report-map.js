// The report of an import on the map: boundaries of the file, gaps and overlaps by number, places that are not valid.
import { announce } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import L from "./leaflet.js";
import { MapView } from "./view.js";

const BOUNDARY = { color: "#5b3b8c", weight: 1.5, fillOpacity: 0.05, interactive: false };
const STYLES = {
  overlap: { color: "#a3120a", weight: 3, fillOpacity: 0.6 },
  gap: { color: "#0b57a4", weight: 3, fillOpacity: 0.6, dashArray: "4 3" },
};

export class ReportMap {
  constructor(section, config, data) {
    this.view = new MapView(section, { ...config, home: data.extent ?? config.home }, { label: gettext("Map of the report") });
    const boundaries = L.geoJSON(data.others, { style: BOUNDARY }).addTo(this.view.map);
    this.pieces = new Map();
    L.geoJSON(data.pieces, {
      style: (feature) => STYLES[feature.properties.kind],
      onEachFeature: (feature, layer) => this.pieces.set(String(feature.properties.number), layer),
    }).addTo(this.view.map);
    for (const [lat, lon] of data.places) {
      L.circleMarker([lat, lon], { radius: 9, color: "#a3120a", weight: 3, fill: false, interactive: false })
        .addTo(this.view.map);
    }
    if (boundaries.getBounds().isValid()) this.view.fit(boundaries.getBounds());
    this.view.showBase();
    this.listen();
  }

  listen() {
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-show-piece], [data-show-place]");
      if (!button) return;
      if (button.dataset.showPiece) this.view.fit(this.pieces.get(button.dataset.showPiece)?.getBounds(), 19);
      else this.view.fit(L.latLng(button.dataset.showPlace.split(",").map(Number)).toBounds(120), 19);
      this.view.section.scrollIntoView({ block: "center" });
      announce(fill(gettext("The map shows number %(number)s."), { number: button.dataset.showPiece ?? "" }));
    });
  }
}
