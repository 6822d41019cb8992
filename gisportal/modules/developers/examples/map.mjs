// For a page with <div id="map"></div> and the style sheet of maplibre-gl (6 or later).
import { Map } from "maplibre-gl";

const BASE = "http://127.0.0.1:8000";
const TOKEN = ""; // empty: what is public. Never put a token into a page others can open.

export const map = new Map({
  container: "map",
  style: `${BASE}/styles/resources.json?basemap=own`,
  center: [134.0466, 34.3428],
  zoom: 13,
  transformRequest: (url) =>
    url.startsWith(BASE) && TOKEN ? { url, headers: { Authorization: `Bearer ${TOKEN}` } } : { url },
});
