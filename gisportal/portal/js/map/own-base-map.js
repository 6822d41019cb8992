// Our own base map, from our own tiles: coast, boundaries, railways, stations, place names. Works without the internet.
import L from "./leaflet.js";
import { LabelLayer } from "./labels.js";
import { MvtLayer, TILE_SIZE, toPixels } from "./mvt-layer.js";

const SEA = "#d5e5ee";
const LAND = "#f6f4ee";
const FONT = '"Noto Sans JP", "Hiragino Sans", "Yu Gothic", "Meiryo", sans-serif';

function path(context, frame, rings, isClosed) {
  context.beginPath();
  for (const ring of rings) {
    ring.forEach((point, index) => context[index ? "lineTo" : "moveTo"](...toPixels(frame, point)));
    if (isClosed) context.closePath();
  }
}

function fillAll(context, frame, features, colour) {
  context.fillStyle = colour;
  for (const feature of features) {
    path(context, frame, feature.rings, true);
    context.fill("evenodd");
  }
}

function strokeAll(context, frame, features, { colour, width, dash = [] }) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  for (const feature of features) {
    path(context, frame, feature.rings, false);
    context.stroke();
  }
  context.setLineDash([]);
}

function paint(context, layers, frame) {
  context.fillStyle = SEA;
  context.fillRect(0, 0, TILE_SIZE, TILE_SIZE);
  context.lineJoin = "round";
  fillAll(context, frame, layers.land ?? [], LAND);
  fillAll(context, frame, layers.water ?? [], SEA);
  const boundaries = layers.boundary ?? [];
  strokeAll(context, frame, boundaries, { colour: "#fff", width: 3.5 });
  strokeAll(context, frame, boundaries, { colour: "#97909f", width: 1.2, dash: [7, 3, 1.5, 3] });
  const railways = layers.railway ?? [];
  strokeAll(context, frame, railways, { colour: "#6f6f78", width: 3.2 });
  strokeAll(context, frame, railways, { colour: "#fff", width: 1.6, dash: [7, 7] });
}

/** Names of stations and places in the frames on screen. */
function names(layer, map) {
  const zoom = map.getZoom();
  const found = new Map();
  for (const frame of layer.frames()) {
    const add = (feature, make) => {
      const text = feature.properties.name;
      const [x, y] = toPixels(frame, feature.rings[0][0]);
      if (text && !found.has(text)) found.set(text, { latlng: layer.latLngOf(frame, x, y), text, ...make });
    };
    for (const place of frame.layers.place ?? []) {
      add(place, { font: `600 13px ${FONT}`, colour: "#4a4458", halo: LAND, priority: 3 });
    }
    if (zoom < 12) continue;
    for (const station of frame.layers.station ?? []) {
      add(station, { font: `500 12px ${FONT}`, colour: "#33383f", halo: LAND, priority: 2, dot: true });
    }
  }
  return [...found.values()];
}

/** A layer group: the painted ground and the names above it. `config`: {url, attribution, maxZoom}. */
export function ownBaseMap(config) {
  const ground = new MvtLayer({
    url: (z, x, y) => config.url.replace("{z}", z).replace("{x}", x).replace("{y}", y),
    maxNativeZoom: config.maxZoom ?? 14, attribution: config.attribution, pane: "tilePane", className: "map-ground", paint,
  });
  const labels = new LabelLayer((map) => names(ground, map));
  ground.on("painted", () => labels.refresh());
  return L.layerGroup([ground, labels]);
}
