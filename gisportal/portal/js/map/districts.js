// The districts of a scheme over the map: outlines, names, the chosen ones tinted; a click offers to search in one.
import { labelsOf } from "./labels.js";
import { MvtLayer, TILE_SIZE, toPixels } from "./mvt-layer.js";

const LINE = "#5b3b8c";
const FONT = '"Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", sans-serif';

/** Whether a point (0…1 of a tile) lies in a polygon's rings: even-odd. */
export function isInside(rings, [px, py]) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > py !== yj > py && px < ((xj - xi) * (py - yi)) / (yj - yi) + xi) inside = !inside;
    }
  }
  return inside;
}

/** Area and centre of the largest ring, cut to the box [0…1]² so that two tiles do not count a strip twice. */
export function centre(rings, frame) {
  let best = { area: 0, x: 0, y: 0 };
  for (const ring of rings) {
    const points = clip(ring.map((point) => toPixels(frame, point)));
    let area = 0, x = 0, y = 0;
    points.forEach(([x1, y1], index) => {
      const [x2, y2] = points[(index + 1) % points.length];
      const cross = x1 * y2 - x2 * y1;
      area += cross;
      x += (x1 + x2) * cross;
      y += (y1 + y2) * cross;
    });
    if (Math.abs(area) > best.area) best = { area: Math.abs(area), x: x / (3 * area), y: y / (3 * area) };
  }
  return best;
}

/** Sutherland–Hodgman against the tile's square. */
function clip(points) {
  const edges = [
    [0, 0, 1], [0, TILE_SIZE, -1], [1, 0, 1], [1, TILE_SIZE, -1],
  ];
  return edges.reduce((given, [axis, limit, sign]) => {
    const isIn = (point) => sign * (point[axis] - limit) >= 0;
    return given.flatMap((point, index) => {
      const before = given[(index + given.length - 1) % given.length];
      const crossing = isIn(point) === isIn(before) ? [] : [cut(before, point, axis, limit)];
      return isIn(point) ? [...crossing, point] : crossing;
    });
  }, points);
}

function cut([x1, y1], [x2, y2], axis, limit) {
  const share = axis ? (limit - y1) / (y2 - y1) : (limit - x1) / (x2 - x1);
  return [x1 + (x2 - x1) * share, y1 + (y2 - y1) * share];
}

/** One scheme: {code, title, tiles, approximate}. `chosen`: keys (scheme:code) that the search names. */
export class Districts {
  constructor(scheme, chosen = []) {
    this.scheme = scheme;
    this.chosen = new Set(chosen);
    this.name = `districts-${scheme.code}`;
    this.layer = new MvtLayer({
      url: (z, x, y) => scheme.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y),
      lastZoom: 14, pane: "districts", className: "map-districts", attribution: scheme.attribution,
      paint: (context, layers, frame) => this.paint(context, layers[this.name] ?? [], frame),
    });
    this.layer.on("painted", () => labelsOf(this.map).refresh());
  }

  choose(keys) {
    this.chosen = new Set(keys);
    this.layer.repaint();
  }

  paint(context, features, frame) {
    context.lineJoin = "round";
    for (const feature of features) {
      context.beginPath();
      for (const ring of feature.rings) {
        ring.forEach((point, index) => context[index ? "lineTo" : "moveTo"](...toPixels(frame, point)));
      }
      const isChosen = this.chosen.has(feature.properties.key);
      if (isChosen) {
        context.fillStyle = "rgba(91, 59, 140, 0.14)";
        context.fill("evenodd");
      }
      context.setLineDash(this.scheme.approximate ? [8, 5] : []);
      context.lineWidth = isChosen ? 3 : 1.1;
      context.strokeStyle = LINE;
      context.globalAlpha = isChosen ? 0.95 : 0.6;
      context.stroke();
      context.globalAlpha = 1;
    }
    context.setLineDash([]);
  }

  names(map) {
    const best = new Map();
    for (const frame of this.layer.frames()) {
      for (const feature of frame.layers[this.name] ?? []) {
        const middle = centre(feature.rings, frame);
        const key = feature.properties.key;
        if (middle.area < 500 || middle.area <= (best.get(key)?.area ?? 0)) continue;
        best.set(key, { area: middle.area, latlng: this.layer.latLngOf(frame, middle.x, middle.y), feature });
      }
    }
    return [...best.values()].filter(({ area }) => area > 2600 || map.getZoom() > 14).map((found) => ({
      latlng: found.latlng, text: found.feature.properties.name, priority: 2.5 + found.area / 1e8,
      font: `600 12px ${FONT}`, colour: LINE, halo: "rgba(255,255,255,0.9)",
    }));
  }

  /** The district under a place, or null. */
  hit(latlng) {
    const found = this.layer.frameAt(latlng);
    if (!found) return null;
    const { frame, x, y } = found;
    const point = [(x / TILE_SIZE + frame.left) / frame.scale, (y / TILE_SIZE + frame.top) / frame.scale];
    return (frame.layers[this.name] ?? []).find((feature) => isInside(feature.rings, point))?.properties ?? null;
  }

  addTo(map) {
    if (!map.getPane("districts")) {
      const pane = map.createPane("districts");
      pane.style.zIndex = 420;
      pane.style.pointerEvents = "none";
    }
    this.map = map;
    this.layer.addTo(map);
    labelsOf(map).add("districts", (shown) => this.names(shown));
    return this;
  }

  remove() {
    labelsOf(this.map).remove("districts");
    this.layer.remove();
  }
}
