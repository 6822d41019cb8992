// One resource on a small map, with the searched place where there is one.
import { gettext } from "../lib/i18n.js";
import L from "./leaflet.js";
import { svgShape } from "./shapes.js";
import { SearchedPlace } from "./spot.js";
import { MapView } from "./view.js";

export class DetailMap {
  constructor(section, config, categories) {
    const { lat, lon, category, name } = config.focus;
    const latlng = [lat, lon];
    this.view = new MapView(section, { ...config, home: boundsOf(latlng) }, {
      isSmall: true, label: `${gettext("Map of the place")}: ${name}`,
    });
    this.view.quietly(() => this.view.map.setView(latlng, 16, { animate: false }));
    const own = categories.get(category);
    const top = categories.top(category);
    const icon = L.divIcon({ className: "map-pin", iconSize: [36, 36], iconAnchor: [18, 18], html: svgShape(
      own?.shape || top?.shape || "circle", own?.colour || top?.colour || "#414141", 34) });
    L.marker(latlng, { icon, interactive: false, keyboard: false }).addTo(this.view.map);
    if (config.spot) this.showSpot([config.spot.lat, config.spot.lon], latlng);
    this.view.showBase();
  }

  showSpot(spot, latlng) {
    new SearchedPlace(this.view.map).show({ spot, label: "", radius: 0 });
    this.view.fit(L.latLngBounds([spot, latlng]), 16);
  }
}

const boundsOf = ([lat, lon]) => [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01];
