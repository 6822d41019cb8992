// One layer of shapes drawn from its style as it is kept, so that a style can be tried before it is (styles/stored.py).
import { Shapes } from "./overlay-layer.js";

/** Rules of a kept style; classes follow one another without gaps, the last one closed (styles/symbology.py). */
export function rulesOf(style) {
  const look = {
    opacity: style.opacity ?? 0.6, stroke: style.stroke ?? "#333333", width: style.width ?? 1, radius: style.radius ?? 6,
  };
  const rules = style.rules ?? [];
  if (style.kind === "single" || !style.field) return [{ ...look, colour: rules[0]?.colour ?? "#0072b2", when: null }];
  const found = rules.map((rule, place) => ({ ...look, colour: rule.colour, when: condition(style, rules, rule, place) }));
  return style.other_colour ? [...found, { ...look, colour: style.other_colour, when: null }] : found;
}

function condition({ kind, field }, rules, rule, place) {
  if (kind === "categories") return { field, values: [rule.value], low: null, high: null, closed: false };
  const isLast = place + 1 === rules.length;
  return { field, values: [], low: rule.min, high: isLast ? rule.max : rules[place + 1].min, closed: isLast };
}

/** Forms give every value as text: what stands in a tile may be a number or a yes. */
const asTyped = (rules) => rules.map((rule) => (rule.when?.values.length
  ? { ...rule, when: { ...rule.when, values: rule.when.values.flatMap(likely) } }
  : rule));

function likely(value) {
  if (typeof value !== "string") return [value];
  const known = { true: true, True: true, false: false, False: false };
  const figure = value.trim() === "" ? NaN : Number(value);
  return [value, ...(value in known ? [known[value]] : []), ...(Number.isFinite(figure) ? [figure] : [])];
}

/** `told`: {source, style, attribution, extent, keys}; `keys`: the fields its tiles are asked for. */
export class StoredLayer extends Shapes {
  constructor(told) {
    const wanted = [...new Set([...(told.keys ?? []), ...(told.style.field ? [told.style.field] : [])])];
    const query = wanted.length ? `?fields=${wanted.map(encodeURIComponent).join(",")}` : "";
    super({
      source: told.source, attribution: told.attribution, extent: told.extent, opacity: 1,
      tiles: `/tiles/${told.source}/{z}/{x}/{y}.mvt${query}`, rules: asTyped(rulesOf(told.style)),
    });
    this.keys = new Set(wanted);
  }

  /** Another style, tried at once; a field the tiles do not carry yet is asked for. */
  restyle(style) {
    this.config.rules = asTyped(rulesOf(style));
    if (style.field && !this.keys.has(style.field)) {
      this.keys.add(style.field);
      const query = [...this.keys].map(encodeURIComponent).join(",");
      this.config.tiles = `/tiles/${this.config.source}/{z}/{x}/{y}.mvt?fields=${query}`;
      this.layer._sources.clear();
      this.layer.redraw();
      return;
    }
    this.layer.repaint();
  }
}
