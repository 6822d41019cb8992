// “Here”: the browser's own position. It is shown on this map and goes nowhere unless a person asks to search from it.
import { announce } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { metres } from "../lib/url.js";
import L from "./leaflet.js";

const REASONS = {
  1: () => gettext("Your position may not be used. Allow it in the browser's settings, or search by address."),
  2: () => gettext("Your position could not be found. Search by address instead."),
  3: () => gettext("Finding your position took too long. Please try again."),
};

/** Finds the position; resolves to {latlng, accuracy} in metres, or null after `complain(text)`. */
export function locate(complain) {
  if (!navigator.geolocation) {
    complain(REASONS[2]());
    return Promise.resolve(null);
  }
  announce(gettext("Finding your position…"));
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latlng: L.latLng(coords.latitude, coords.longitude), accuracy: coords.accuracy }),
      (error) => {
        complain((REASONS[error.code] ?? REASONS[2])());
        resolve(null);
      },
      { enableHighAccuracy: true, timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

/** Marks the position: a dot and its circle of doubt. */
export function showPosition(map, { latlng, accuracy }) {
  const dot = L.circleMarker(latlng, {
    radius: 8, color: "#fff", weight: 3, fillColor: "#0017c1", fillOpacity: 1, interactive: false,
  });
  const doubt = L.circle(latlng, { radius: accuracy, color: "#0017c1", weight: 1, fillOpacity: 0.08, interactive: false });
  const group = L.layerGroup(accuracy < 5000 ? [doubt, dot] : [dot]).addTo(map);
  announce(fill(gettext("Your position is shown, accurate to %(distance)s."), { distance: metres(accuracy) }));
  return group;
}
