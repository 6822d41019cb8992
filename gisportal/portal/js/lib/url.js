// The search's address. Pure functions, so that node can test them (tests/browser/units/).

/** What points at a person: never in a copied link (design §2). `at` goes too, for it may centre on the home. */
const PERSONAL = ["place", "near", "address"];
/** Conditions that mean nothing once the person's point is gone. */
const NEEDS_SPOT = ["radius"];

export const hasPlace = (query) => PERSONAL.some((key) => new URLSearchParams(query).get(key));

/** The address without the person's point: what “copy link” gives. */
export function shareable(href) {
  const url = new URL(href);
  url.hash = "";
  if (!hasPlace(url.search)) return url.href;
  const serves = url.searchParams.get("serves");
  [...PERSONAL, ...NEEDS_SPOT, "at"].forEach((key) => url.searchParams.delete(key));
  if (serves) url.searchParams.delete("serves");
  if ((url.searchParams.get("sort") || "").includes("distance")) url.searchParams.delete("sort");
  return url.href;
}

/** "34.34,134.05,14" -> {lat, lon, zoom} or null. */
export function parsePosition(text) {
  const [lat, lon, zoom] = String(text ?? "").split(",").map(Number);
  const usable = Number.isFinite(lat) && Number.isFinite(lon) && Number.isFinite(zoom)
    && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22;
  return usable && text ? { lat, lon, zoom } : null;
}

export const formatPosition = (lat, lon, zoom) => `${lat.toFixed(5)},${lon.toFixed(5)},${zoom}`;

/** "w,s,e,n" -> [w, s, e, n] or null. */
export function parseBounds(text) {
  const numbers = String(text ?? "").split(",").map(Number);
  return text && numbers.length === 4 && numbers.every(Number.isFinite) ? numbers : null;
}

/** [[lon, lat] …] -> WKT polygon, closed, 5 decimals (about 1 m). */
export function polygonText(points) {
  const ring = [...points, points[0]].map(([lon, lat]) => `${lon.toFixed(5)} ${lat.toFixed(5)}`);
  return `POLYGON((${ring.join(",")}))`;
}

/** The outer ring of a WKT polygon as [[lon, lat] …], or null. */
export function polygonPoints(text) {
  const match = /^\s*POLYGON\s*\(\(([^()]+)\)/i.exec(text || "");
  return match ? match[1].split(",").map((pair) => pair.trim().split(/\s+/).map(Number)) : null;
}

/** Metres for people: 85 m, 1.2 km. */
export function metres(value) {
  if (value < 1000) return `${Math.round(value)} m`;
  return `${(value / 1000).toFixed(value < 10_000 ? 2 : 1)} km`;
}

const LAYER = /^[a-z][a-z0-9_]*$/;

/** "a,b" -> ["a", "b"], each once: names of uploaded layers, the topmost first. */
export const parseLayers = (text) =>
  [...new Set(String(text ?? "").split(",").map((each) => each.trim()).filter((each) => LAYER.test(each)))];
