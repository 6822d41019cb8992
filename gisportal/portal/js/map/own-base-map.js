// Our own base map, from our own tiles: coast, boundaries, railways, stations, place names. Works without the internet.
import L from "./leaflet.js";
import { labelsOf } from "./labels.js";
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

/** How each kind of name is written: [from zoom, style]. Names of the pages' own map are few: the pins come first. */
const PLACE = { font: `700 14px ${FONT}`, colour: "#4a4458", halo: LAND, priority: 3 };
const TOWN = { font: `500 11px ${FONT}`, colour: "#6a6472", halo: LAND, priority: 1 };
const STATION = { font: `500 12px ${FONT}`, colour: "#33383f", halo: LAND, priority: 2, dot: true };

/** Names of stations and places in the frames on screen. */
function names(layer, map, has) {
  const zoom = map.getZoom();
  const found = new Map();
  const add = (frame, feature, style) => {
    const text = feature.properties.name;
    const [x, y] = toPixels(frame, feature.rings[0][0]);
    const key = `${style.priority} ${text}`;
    if (text && !found.has(key)) found.set(key, { latlng: layer.latLngOf(frame, x, y), text, ...style });
  };
  for (const frame of layer.frames()) {
    for (const place of frame.layers.place ?? []) {
      if (place.properties.kind !== "town") add(frame, place, PLACE);
      else if (zoom >= 14 && !has("districts")) add(frame, place, TOWN);
    }
    if (zoom >= 12) (frame.layers.station ?? []).forEach((station) => add(frame, station, STATION));
  }
  return [...found.values()];
}

const OwnBaseMap = L.LayerGroup.extend({
  initialize(config) {
    this._config = config;
    const ground = new MvtLayer({
      url: (z, x, y) => config.url.replace("{z}", z).replace("{x}", x).replace("{y}", y),
      lastZoom: 14, pane: "tilePane", className: "map-ground", paint,
    });
    ground.on("painted", () => this._map && labelsOf(this._map).refresh());
    this._ground = ground;
    L.LayerGroup.prototype.initialize.call(this, [ground]);
  },

  onAdd(map) {
    this._map = map;
    L.LayerGroup.prototype.onAdd.call(this, map);
    labelsOf(map).add("base", (shown, has) => names(this._ground, shown, has));
    this._showSources(map);
  },

  onRemove(map) {
    labelsOf(map).remove("base");
    if (this._words) map.attributionControl.removeAttribution(this._words);
    L.LayerGroup.prototype.onRemove.call(this, map);
  },

  /** The words of the sources' licences, from the TileJSON, so that they are right for the files in use. */
  async _showSources(map) {
    this._words = this._words ?? await this._sources();
    if (this._words && map.hasLayer(this)) map.attributionControl.addAttribution(this._words);
  },

  async _sources() {
    try {
      const response = await fetch(this._config.tileJson, { credentials: "same-origin" });
      return response.ok ? (await response.json()).attribution : "";
    } catch {
      return "";
    }
  },
});

/** A layer group: the painted ground and the names above it. `config`: {url, tileJson}. */
export const ownBaseMap = (config) => new OwnBaseMap(config);
