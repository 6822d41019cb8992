// The searched place: a mark, the circle of the radius, the polygon or box searched in.
import { gettext } from "../lib/i18n.js";
import L from "./leaflet.js";

const LINE = { color: "#0017c1", weight: 2, dashArray: "6 4", fillOpacity: 0.05, interactive: false };

const house = () => L.divIcon({ className: "map-spot", iconSize: [30, 30], iconAnchor: [15, 15] });

/** Draws what the search measures from and within. `state`: see search/state.js. */
export class SearchedPlace {
  constructor(map) {
    this.group = L.layerGroup().addTo(map);
  }

  show({ spot, label, radius, within, bbox }) {
    this.group.clearLayers();
    if (bbox) L.rectangle([[bbox[1], bbox[0]], [bbox[3], bbox[2]]], LINE).addTo(this.group);
    if (within) L.polygon(within.map(([lon, lat]) => [lat, lon]), LINE).addTo(this.group);
    if (!spot) return;
    if (radius) L.circle(spot, { ...LINE, radius }).addTo(this.group);
    L.marker(spot, { icon: house(), interactive: false, keyboard: false, alt: "", title: label, zIndexOffset: 500 })
      .bindTooltip(gettext("Searched place"), {
        permanent: true, direction: "bottom", offset: [0, 12], className: "map-spot-label",
      })
      .addTo(this.group);
  }

  /** What to fit the view to: the circle if there is one. */
  static bounds({ spot, radius }) {
    return spot && radius ? L.latLng(spot).toBounds(radius * 2) : null;
  }
}
