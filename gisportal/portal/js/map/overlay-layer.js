// One uploaded layer on the map: shapes from vector tiles in the layer's own style, or a raster as image tiles.
// `config`: an entry of map-config's `layers` (gisportal/portal/map_layers.py).
import { ruleOf } from "../lib/rules.js";
import { isInside } from "./districts.js";
import L from "./leaflet.js";
import { MvtLayer, TILE_SIZE, toPixels } from "./mvt-layer.js";

const PANE = "stored";
const TRANSPARENT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
const POINT = 1;
const LINE = 2;
const FULL = 2 * Math.PI;
/** Pixels across an area below which it has no outline, and from which on a full one. */
const SMALL = 8;
const PLAIN = 40;

const asText = (words) => String(words).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const awayFromLine = ([px, py], [x1, y1], [x2, y2]) => {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2;
  const part = length ? Math.max(0, Math.min(1, ((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / length)) : 0;
  return Math.hypot(px - x1 - part * (x2 - x1), py - y1 - part * (y2 - y1));
};

function paneOf(map) {
  if (map.getPane(PANE)) return;
  const pane = map.createPane(PANE);
  pane.style.zIndex = 395;
  pane.style.pointerEvents = "none";
}

class Stored {
  constructor(config) {
    this.config = config;
    this.opacity = config.opacity ?? 1;
  }

  addTo(map, order = 1) {
    this.map = map;
    paneOf(map);
    this.layer.setZIndex(order);
    this.layer.setOpacity(this.opacity);
    if (!map.hasLayer(this.layer)) this.layer.addTo(map);
    return this;
  }

  remove() {
    this.layer.remove();
  }

  setOpacity(value) {
    this.opacity = value;
    this.layer.setOpacity(value);
  }

  get options() {
    const { attribution, extent } = this.config;
    const bounds = extent ? L.latLngBounds([extent[1], extent[0]], [extent[3], extent[2]]) : undefined;
    return { pane: PANE, bounds, attribution: attribution ? asText(attribution) : null, opacity: this.opacity };
  }
}

/** A raster. Where it has no data the server answers 204, which is no error. */
export class Raster extends Stored {
  constructor(config) {
    super(config);
    this.layer = L.tileLayer(config.tiles, {
      ...this.options, maxZoom: 22, noWrap: true, keepBuffer: 1, errorTileUrl: TRANSPARENT, className: "map-stored-raster",
    });
  }

  hit() {
    return null;
  }
}

export class Shapes extends Stored {
  constructor(config) {
    super(config);
    this.layer = new MvtLayer({
      ...this.options, lastZoom: 16, className: "map-stored-shapes",
      url: (z, x, y) => config.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y),
      paint: (context, layers, frame) => this.paint(context, layers[config.source] ?? [], frame),
    });
  }

  paint(context, features, frame) {
    context.lineJoin = context.lineCap = "round";
    frame.drawn = [];
    for (const feature of features) {
      const rule = ruleOf(this.config.rules, feature.properties);
      if (!rule) continue;
      frame.drawn.push({ feature, rule });
      if (feature.type === POINT) this.points(context, feature, rule, frame);
      else this.shape(context, feature, rule, frame);
    }
  }

  points(context, feature, rule, frame) {
    for (const [point] of feature.rings) {
      const [x, y] = toPixels(frame, point);
      context.beginPath();
      context.arc(x, y, rule.radius, 0, FULL);
      context.globalAlpha = rule.opacity;
      context.fillStyle = rule.colour;
      context.fill();
      this.stroke(context, rule, rule.stroke);
    }
  }

  shape(context, feature, rule, frame) {
    context.beginPath();
    for (const ring of feature.rings) {
      ring.forEach((point, index) => context[index ? "lineTo" : "moveTo"](...toPixels(frame, point)));
      if (feature.type !== LINE) context.closePath();
    }
    if (feature.type !== LINE) {
      context.globalAlpha = rule.opacity;
      context.fillStyle = rule.colour;
      context.fill("evenodd");
    }
    if (feature.type === LINE) this.stroke(context, rule, rule.colour);
    else this.outline(context, feature, rule, frame);
  }

  /** Outlines of small areas, side by side, would hide their colours. */
  outline(context, feature, rule, frame) {
    const places = feature.rings[0]?.map((place) => toPixels(frame, place)) ?? [];
    const span = (axis) => Math.max(...places.map((place) => place[axis])) - Math.min(...places.map((place) => place[axis]));
    const size = places.length ? Math.max(span(0), span(1)) : 0;
    if (size >= SMALL) this.stroke(context, rule, rule.stroke, Math.min(1, size / PLAIN));
  }

  stroke(context, rule, colour, strength = 1) {
    context.globalAlpha = strength;
    if (!rule.width) return;
    context.lineWidth = rule.width;
    context.strokeStyle = colour;
    context.stroke();
  }

  /** The feature on top under a place, with its properties; `slack`: pixels a finger may be off. */
  hit(latlng, slack = 4) {
    const found = this.map && this.layer.frameAt(latlng);
    if (!found) return null;
    const { frame, x, y } = found;
    return [...(frame.drawn ?? [])].reverse().find((each) => this.isAt(each, frame, [x, y], slack))?.feature ?? null;
  }

  isAt({ feature, rule }, frame, place, slack) {
    if (feature.type === POINT) {
      return feature.rings.some(([point]) => {
        const [x, y] = toPixels(frame, point);
        return Math.hypot(x - place[0], y - place[1]) <= rule.radius + slack;
      });
    }
    if (feature.type === LINE) return feature.rings.some((ring) => this.isAlong(ring, frame, place, rule.width / 2 + slack));
    return isInside(feature.rings, [
      (place[0] / TILE_SIZE + frame.left) / frame.scale, (place[1] / TILE_SIZE + frame.top) / frame.scale,
    ]);
  }

  isAlong(ring, frame, place, reach) {
    const points = ring.map((point) => toPixels(frame, point));
    return points.some((point, index) => index > 0 && awayFromLine(place, points[index - 1], point) <= reach);
  }
}

export const storedLayer = (config) => (config.kind === "raster" ? new Raster(config) : new Shapes(config));
