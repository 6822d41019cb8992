// Vector tiles on canvas: a Leaflet GridLayer of our own (frontend notes §1: leaflet.vectorgrid is broken).
//
// Tiles are 512 CSS pixels (zoomOffset -1): a quarter of the requests, and the server's buffer of 256/4096 becomes 32 px,
// wider than any symbol, so nothing is cut at an edge. Beyond `lastZoom` the parent tile is drawn larger, with
// symbols at their own size (Leaflet's own maxNativeZoom would blow up the picture).
import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

import L from "./leaflet.js";

const TILE = 512;

/** Decoded layers of one tile: {layerName: [{id, type, properties, rings, extent}]}, rings in 0…1 of the tile. */
export function decode(buffer) {
  const layers = {};
  if (!buffer.byteLength) return layers;
  const tile = new VectorTile(new PbfReader(buffer));
  for (const name of Object.keys(tile.layers)) {
    const layer = tile.layers[name];
    layers[name] = Array.from({ length: layer.length }, (_unused, index) => simple(layer.feature(index)));
  }
  return layers;
}

function simple(feature) {
  const rings = feature.loadGeometry().map((ring) =>
    ring.map((point) => [point.x / feature.extent, point.y / feature.extent]));
  return { id: feature.properties.id ?? feature.id, type: feature.type, properties: feature.properties, rings };
}

/** Options: `url(z, x, y)`, `paint(context, layers, frame)`; fires `painted` and `failed`. */
export const MvtLayer = L.GridLayer.extend({
  options: { tileSize: TILE, zoomOffset: -1, lastZoom: 16, keepBuffer: 1, updateWhenIdle: false,
    noWrap: true },

  initialize(options) {
    L.GridLayer.prototype.initialize.call(this, options);
    this._sources = new Map();
    this._frames = new Map();
    this.on("tileunload", (event) => this._drop(event.coords));
  },

  createTile(coords, done) {
    const canvas = L.DomUtil.create("canvas", "leaflet-tile");
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    canvas.width = canvas.height = TILE * ratio;
    const frame = { coords, canvas, ratio, layers: null, ...this._cut(coords) };
    this._frames.set(this._tileCoordsToKey(coords), frame);
    this._load(frame).then(
      () => done(null, canvas),
      (error) => {
        if (error.name !== "AbortError") this.fire("failed", { error });
        done(error.name === "AbortError" ? null : error, canvas);
      },
    );
    return canvas;
  },

  /** Which stored tile a map tile is cut from: z/x/y, and the scale and offset of the cut. */
  _cut({ x, y, z }) {
    const wanted = z + this.options.zoomOffset;
    const native = Math.max(0, Math.min(wanted, this.options.lastZoom));
    const scale = 2 ** (wanted - native);
    const across = 2 ** native;
    const column = Math.floor(x / scale);
    return {
      native, scale, row: Math.floor(y / scale), column: ((column % across) + across) % across,
      left: x - column * scale, top: y - Math.floor(y / scale) * scale,
    };
  },

  async _load(frame) {
    const source = this._source(frame);
    source.users += 1;
    frame.source = source;
    frame.layers = await source.promise;
    this._paint(frame);
  },

  _source({ native, column, row }) {
    const key = `${native}/${column}/${row}`;
    let source = this._sources.get(key);
    if (!source) {
      const controller = new AbortController();
      source = { key, users: 0, controller, promise: this._fetch(native, column, row, controller.signal) };
      this._sources.set(key, source);
    }
    return source;
  },

  async _fetch(z, x, y, signal) {
    const response = await fetch(this.options.url(z, x, y), { signal, credentials: "same-origin" });
    if (response.status === 204 || response.status === 404) return {};
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return decode(await response.arrayBuffer());
  },

  _drop(coords) {
    const key = this._tileCoordsToKey(coords);
    const source = this._frames.get(key)?.source;
    this._frames.delete(key);
    if (!source) return;
    source.users -= 1;
    if (source.users > 0) return;
    source.controller.abort();
    if (this._sources.get(source.key) === source) this._sources.delete(source.key);
  },

  /** Leaflet calls this when the zoom changes: what has not arrived is no longer wanted. */
  _abortLoading() {
    for (const [key, tile] of Object.entries(this._tiles)) {
      if (tile.coords.z === this._tileZoom || tile.loaded) continue;
      L.DomUtil.remove(tile.el);
      delete this._tiles[key];
      this.fire("tileunload", { tile: tile.el, coords: tile.coords });
    }
  },

  _paint(frame) {
    if (!frame.layers) return;
    const context = frame.canvas.getContext("2d");
    context.setTransform(frame.ratio, 0, 0, frame.ratio, 0, 0);
    context.clearRect(0, 0, TILE, TILE);
    this.options.paint(context, frame.layers, frame);
    this.fire("painted");
  },

  /** Paints again what is here, without asking the server. */
  repaint() {
    for (const frame of this._frames.values()) this._paint(frame);
    return this;
  },

  /** Frames of the zoom now shown, that have arrived. */
  frames() {
    return [...this._frames.values()].filter((frame) => frame.layers && frame.coords.z === this._tileZoom);
  },

  /** The frame under a place, and the place within it in pixels. */
  frameAt(latlng) {
    if (!this._map || this._tileZoom === undefined) return null;
    const world = this._map.project(latlng, this._tileZoom);
    const x = Math.floor(world.x / TILE);
    const y = Math.floor(world.y / TILE);
    const frame = this._frames.get(`${x}:${y}:${this._tileZoom}`);
    return frame?.layers ? { frame, x: world.x - x * TILE, y: world.y - y * TILE } : null;
  },

  latLngOf(frame, x, y) {
    return this._map.unproject([frame.coords.x * TILE + x, frame.coords.y * TILE + y], frame.coords.z);
  },
});

/** A point of a stored tile (0…1) in the pixels of the frame cut from it. */
export const toPixels = (frame, [x, y]) => [
  (x * frame.scale - frame.left) * TILE,
  (y * frame.scale - frame.top) * TILE,
];

export const TILE_SIZE = TILE;
