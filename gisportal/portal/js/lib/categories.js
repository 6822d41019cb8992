// The categories as the style document tells them: one record for pins, clusters, legend and filter.

/** A tree of categories: `get(code)`, `top(code)` (the top-level one), `tops` (in order). */
export class Categories {
  constructor(records = []) {
    this.byCode = new Map(records.map((record) => [record.code, record]));
    this.tops = records.filter((record) => !record.parent);
  }

  get(code) {
    return this.byCode.get(code) ?? null;
  }

  top(code) {
    let record = this.get(code);
    for (let depth = 0; record?.parent && depth < 4; depth += 1) record = this.get(record.parent);
    return record ?? null;
  }

  isUnder(code, ancestor) {
    for (let record = this.get(code); record; record = this.get(record.parent)) {
      if (record.code === ancestor) return true;
    }
    return false;
  }

  /** Top codes that a set of chosen categories leaves out; nothing chosen leaves out nothing. */
  hiddenTops(chosen) {
    if (!chosen.length) return new Set();
    const shown = new Set(chosen.map((code) => this.top(code)?.code));
    return new Set(this.tops.map((top) => top.code).filter((code) => !shown.has(code)));
  }

  /** The chosen categories after one top-level entry of the legend was switched; [] means all. */
  toggled(chosen, code) {
    const current = chosen.length ? chosen : this.tops.map((top) => top.code);
    const isShown = current.some((each) => this.isUnder(each, code));
    const rest = current.filter((each) => !this.isUnder(each, code));
    const next = isShown ? rest : [...rest, code];
    const isAll = this.tops.every((top) => next.includes(top.code));
    return isAll ? [] : next;
  }
}

/** From a style document (MapLibre v8 with our metadata). */
export function categoriesOf(style) {
  return new Categories(style?.metadata?.["gisportal:categories"] ?? []);
}
