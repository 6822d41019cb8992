// The legend of an uploaded layer, as elements: classes with their signs, or the bar of a ramp with figures beside it.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { svgShape } from "./shapes.js";

const PERCENT = 100;

/** `legend`: {title, kind: "classes" | "ramp" | "picture", unit, entries | stops, ticks} (styles/raster_legend.py). */
export function layerLegend(legend) {
  if (legend.kind === "picture") return el("p", { class: "layer-legend__note" }, gettext("A picture, shown as it is."));
  return legend.kind === "ramp" ? ramp(legend) : classes(legend);
}

function classes(legend) {
  const items = legend.entries.map((entry) => el("li", {}, sign(entry), el("span", {}, entry.title)));
  return el("ul", { class: "layer-legend layer-legend__classes" }, ...items);
}

function sign({ colour, shape, stroke }) {
  if (shape && shape !== "area" && shape !== "line") return svgShape(shape, colour);
  const swatch = el("span", { class: shape === "line" ? "layer-legend__line" : "layer-legend__swatch", "aria-hidden": "true" });
  swatch.style.backgroundColor = colour;
  if (stroke && shape === "area") swatch.style.borderColor = stroke;
  return swatch;
}

function ramp({ stops, ticks, unit }) {
  const bar = el("span", { class: "layer-legend__bar", "aria-hidden": "true" });
  const colours = stops.map(([share, colour]) => `${colour} ${(share * PERCENT).toFixed(1)}%`);
  bar.style.backgroundImage = `linear-gradient(to right, ${colours.join(", ")})`;
  const figures = ticks.map(([, words]) => el("li", {}, words));
  return el("div", { class: "layer-legend layer-legend__ramp" }, bar,
    el("ol", { class: "layer-legend__ticks", "aria-label": gettext("Values from left to right") }, ...figures),
    unit ? el("p", { class: "layer-legend__note" }, `${gettext("Unit")}: ${unit}`) : null);
}
