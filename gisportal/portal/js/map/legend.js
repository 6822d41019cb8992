// The legend, which is also a filter, and the choice of the district scheme.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { svgShape } from "./shapes.js";

/** `onToggle(code)`, `onScheme(code)`; `isWide`: whether there is room for it to stand open. */
export class Legend {
  constructor(categories, schemes, { onToggle, onScheme, isWide }) {
    this.categories = categories;
    this.entries = new Map();
    this.note = el("p", { class: "map-legend__note", hidden: true },
      gettext("The boundaries of this division are approximate."));
    this.element = el("details", { class: "map-legend", open: isWide },
      el("summary", { class: "map-legend__title" }, gettext("Legend")),
      this.list(onToggle), this.schemes(schemes, onScheme), this.note);
  }

  list(onToggle) {
    const items = this.categories.tops.map((category) => {
      const button = el("button", {
        type: "button", class: "map-legend__entry", "aria-pressed": "true", "data-category": category.code,
        onclick: () => onToggle(category.code),
      }, svgShape(category.shape, category.colour), el("span", {}, category.title));
      this.entries.set(category.code, button);
      return el("li", {}, button);
    });
    return el("ul", { class: "map-legend__list", "aria-label": gettext("Categories shown on the map") }, ...items);
  }

  schemes(schemes, onScheme) {
    if (!schemes.length) return null;
    this.select = el("select", { class: "map-legend__select", onchange: () => this.chooseScheme(onScheme, schemes) },
      el("option", { value: "" }, gettext("No boundaries")),
      ...schemes.map((scheme) => el("option", { value: scheme.code }, this.schemeTitle(scheme))));
    return el("label", { class: "map-legend__scheme" }, el("span", {}, gettext("Boundaries")), this.select);
  }

  schemeTitle(scheme) {
    return scheme.approximate ? `${scheme.title}${gettext(" (approximate)")}` : scheme.title;
  }

  chooseScheme(onScheme, schemes) {
    onScheme(this.select.value);
    this.showScheme(schemes.find((scheme) => scheme.code === this.select.value));
  }

  showScheme(scheme) {
    if (this.select) this.select.value = scheme?.code ?? "";
    this.note.hidden = !scheme?.approximate;
  }

  update(hidden) {
    for (const [code, button] of this.entries) button.setAttribute("aria-pressed", String(!hidden.has(code)));
  }
}
