// What the server says about the results on screen: the data- attributes of #results, which come anew with each
// answer, and the searched place of the page's map-config (it changes only with a new page).
import { parseBounds, polygonPoints } from "../lib/url.js";

const coordinates = (spot) => (spot ? [Number(spot.lat), Number(spot.lon)] : null);

/** The state of the search now on screen. `spot`: [lat, lon] or null; it comes in the page, never in an address. */
export function readState(results, config) {
  const query = results.dataset.query ?? "";
  const params = new URLSearchParams(query);
  const districts = params.getAll("district");
  return {
    query,
    params,
    total: Number(results.dataset.count ?? 0),
    isExact: results.dataset.exact !== "false",
    bounds: parseBounds(results.dataset.bounds),
    spot: coordinates(config.spot),
    radius: Number(params.get("radius") || 0),
    scheme: districts[0]?.split(":")[0] ?? "",
    districts,
    categories: params.getAll("category"),
    within: polygonPoints(params.get("within")),
    bbox: parseBounds(params.get("bbox")),
  };
}

/** What a tile needs of the query: neither order nor page change a tile, and fewer addresses means more cache. */
export function tileQuery(params) {
  const kept = new URLSearchParams(params);
  ["sort", "page", "per_page", "view", "at", "layers", "lang"].forEach((key) => kept.delete(key));
  return kept.toString();
}
