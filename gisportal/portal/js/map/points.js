// The resources: pins by category, clusters that show how many of what, several on one point as one pin.
import { fill, gettext, ngettext, number } from "../lib/i18n.js";
import L from "./leaflet.js";
import { MvtLayer, TILE_SIZE, toPixels } from "./mvt-layer.js";
import { trace } from "./shapes.js";

const PIN = 8;
const HALO = 2.5;
const UNKNOWN = { colour: "#414141", shape: "circle", title: "" };
const FULL = 2 * Math.PI;

/** Radius of a cluster: grows with the logarithm of what it holds, and stays within the tile's buffer (32 px). */
export const clusterRadius = (count) => Math.min(27, 11.5 + 3.4 * Math.log10(Math.max(count, 1)));

/** How many of each top category a cluster holds: [{category, count}], most first; `hidden` codes left out. */
export function mixOf(properties, categories, hidden = new Set()) {
  return categories.tops
    .map((category) => ({ category, count: Number(properties[`c_${category.code}`] ?? 0) }))
    .filter(({ category, count }) => count > 0 && !hidden.has(category.code))
    .sort((one, other) => other.count - one.count);
}

/** "12件: 医療機関 7、避難所 5". */
export function clusterText(count, mix) {
  const parts = mix.map((part) => `${part.category.title} ${number(part.count)}`);
  const total = fill(ngettext("%(count)s resource", "%(count)s resources", count), { count: number(count) });
  return parts.length ? `${total}: ${parts.join(gettext(", "))}` : total;
}

/** A point layer over `url(z, x, y)`; `categories`: Categories. Everything it paints it can also find again. */
export class Points {
  constructor(url, categories, { layer = "resources", lastZoom = 16 } = {}) {
    this.categories = categories;
    this.hidden = new Set();
    this.name = layer;
    this.layer = new MvtLayer({
      url, lastZoom, pane: "points", className: "map-points",
      paint: (context, layers, frame) => this.paint(context, layers, frame),
    });
  }

  /** Hides top categories at once, from what is already here. */
  hide(codes) {
    this.hidden = new Set(codes);
    this.layer.repaint();
  }

  paint(context, layers, frame) {
    frame.marks = this.marks(layers[this.name] ?? [], frame);
    for (const mark of frame.marks) {
      if (mark.isCluster) this.paintCluster(context, mark);
      else this.paintPin(context, mark);
    }
  }

  /** What stands where in a frame, southern pins last so that they lie above. */
  marks(features, frame) {
    const places = new Map();
    for (const feature of features) {
      const mark = this.mark(feature, frame);
      if (!mark) continue;
      const key = mark.isCluster ? `c${feature.rings[0][0]}` : `${feature.rings[0][0]}`;
      const there = places.get(key);
      if (there && !mark.isCluster) there.features.push(feature);
      else places.set(key, mark);
    }
    return [...places.values()].sort((one, other) => one.y - other.y);
  }

  mark(feature, frame) {
    const [x, y] = toPixels(frame, feature.rings[0][0]);
    if (x < -40 || y < -40 || x > TILE_SIZE + 40 || y > TILE_SIZE + 40) return null;
    const given = Number(feature.properties.count ?? 1);
    if (given > 1) return this.cluster(feature, given, x, y);
    const top = this.categories.top(feature.properties.category);
    if (top && this.hidden.has(top.code)) return null;
    return { x, y, isCluster: false, features: [feature], look: this.look(feature.properties.category) };
  }

  cluster(feature, given, x, y) {
    const all = mixOf(feature.properties, this.categories);
    const mix = all.filter(({ category }) => !this.hidden.has(category.code));
    const gone = all.filter((part) => !mix.includes(part)).reduce((sum, part) => sum + part.count, 0);
    const count = given - gone;
    return count > 0 ? { x, y, isCluster: true, count, mix, features: [feature] } : null;
  }

  look(code) {
    const top = this.categories.top(code) ?? UNKNOWN;
    const own = this.categories.get(code) ?? top;
    return { colour: own.colour || top.colour, shape: own.shape || top.shape };
  }

  paintPin(context, { x, y, look, features }) {
    const radius = features.length > 1 ? PIN + 1.5 : PIN;
    context.lineJoin = "round";
    trace(context, look.shape, x, y, radius);
    context.lineWidth = 2 * HALO;
    context.strokeStyle = "#fff";
    context.stroke();
    context.fillStyle = look.colour;
    context.fill();
    if (features.length > 1) this.paintBadge(context, x + radius, y - radius, features.length);
  }

  paintBadge(context, x, y, count) {
    context.beginPath();
    context.arc(x, y, 8, 0, FULL);
    context.fillStyle = "#1a1a1c";
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = "#fff";
    context.stroke();
    this.paintText(context, String(count), x, y, "700 11px sans-serif", "#fff");
  }

  paintCluster(context, { x, y, count, mix }) {
    const radius = clusterRadius(count);
    this.disc(context, x, y, radius + 2, "#fff");
    const total = mix.reduce((sum, part) => sum + part.count, 0);
    let angle = -FULL / 4;
    for (const part of total ? mix : [{ category: UNKNOWN, count: 1 }]) {
      const sweep = (FULL * part.count) / (total || 1);
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, angle, angle + sweep);
      context.closePath();
      context.fillStyle = part.category.colour;
      context.fill();
      angle += sweep;
    }
    this.disc(context, x, y, radius - 4.5, "#fff");
    this.paintText(context, number(count), x, y, `700 ${count > 999 ? 10 : 12}px sans-serif`, "#1a1a1c");
  }

  disc(context, x, y, radius, colour) {
    context.beginPath();
    context.arc(x, y, radius, 0, FULL);
    context.fillStyle = colour;
    context.fill();
  }

  paintText(context, text, x, y, font, colour) {
    context.font = font;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colour;
    context.fillText(text, x, y + 0.5);
  }

  /** What lies under a place, nearest first: {mark, latlng} or null. `tolerance` in pixels around the symbol. */
  hit(latlng, tolerance = 4) {
    const found = this.layer.frameAt(latlng);
    if (!found) return null;
    const near = (found.frame.marks ?? [])
      .map((mark) => ({ mark, distance: Math.hypot(mark.x - found.x, mark.y - found.y) - this.reach(mark) }))
      .filter(({ distance }) => distance <= tolerance)
      .sort((one, other) => one.distance - other.distance);
    if (!near.length) return null;
    const { mark } = near[0];
    return { mark, latlng: this.layer.latLngOf(found.frame, mark.x, mark.y) };
  }

  /** Ids of what stands on a pin's point; with `isClose` also of the pins it touches. */
  together(mark, latlng, isClose) {
    const found = isClose ? this.layer.frameAt(latlng) : null;
    const touching = (found?.frame.marks ?? [])
      .filter((each) => !each.isCluster && Math.hypot(each.x - found.x, each.y - found.y) < PIN);
    return [...new Set([mark, ...touching].flatMap((each) => each.features.map((feature) => feature.id)))];
  }

  reach(mark) {
    return mark.isCluster ? clusterRadius(mark.count) : PIN + HALO;
  }

  /** What a pin or cluster says in words. */
  describe(mark) {
    if (mark.isCluster) return clusterText(mark.count, mark.mix);
    if (mark.features.length > 1) return severalText(mark.features);
    const { name, category } = mark.features[0].properties;
    const title = this.categories.get(category)?.title;
    return [name, title].filter(Boolean).join(" – ");
  }

  addTo(map) {
    if (!map.getPane("points")) map.createPane("points").style.zIndex = 450;
    this.layer.addTo(map);
    this.tooltip ??= L.tooltip({ direction: "top", offset: [0, -12], className: "map-tooltip" });
    return this;
  }
}

const severalText = (features) =>
  fill(gettext("%(count)s at this place: %(names)s"), {
    count: number(features.length),
    names: features.map((feature) => feature.properties.name).slice(0, 5).join(gettext(", ")),
  });
