// What the server says about the results on screen: the element [data-map-state] inside the results fragment.
import { parseBounds, polygonPoints } from "../lib/url.js";

function coordinates(text) {
  const [lat, lon] = String(text ?? "").split(",").map(Number);
  return text && Number.isFinite(lat) && Number.isFinite(lon) ? [lat, lon] : null;
}

/** The state of the search now on screen. `spot`: [lat, lon] or null; it comes in the page, never in an address. */
export function readState(root = document) {
  const data = root.querySelector("[data-map-state]")?.dataset ?? {};
  const query = data.query ?? location.search.slice(1);
  const params = new URLSearchParams(query);
  return {
    query,
    params,
    total: Number(data.total ?? 0),
    bounds: parseBounds(data.bounds),
    spot: coordinates(data.spot),
    label: data.spotLabel ?? "",
    radius: Number(data.radius || 0),
    scheme: data.scheme || params.getAll("district")[0]?.split(":")[0] || "",
    districts: params.getAll("district"),
    categories: params.getAll("category"),
    within: polygonPoints(params.get("within")),
    bbox: parseBounds(params.get("bbox")),
  };
}

/** What a tile needs of the query: neither order nor page change a tile, and fewer addresses means more cache. */
export function tileQuery(params) {
  const kept = new URLSearchParams(params);
  ["sort", "page", "per_page", "view", "at", "lang"].forEach((key) => kept.delete(key));
  return kept.toString();
}

/** What a new search changes for the view: everything but order, page and view. */
export const conditions = (params) => tileQuery(params);
