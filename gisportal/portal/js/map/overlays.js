// Uploaded layers over the search map: which are shown, in which order and how opaque; what lies under a place.
// The choice is kept in the address bar as `layers=a,b` (topmost first) and nowhere else.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { storedLayer } from "./overlay-layer.js";

/** The person's point is posted: it stands in no address (design §2). */
export async function valueAt(config, latlng) {
  const body = new URLSearchParams({ lat: latlng.lat.toFixed(7), lon: latlng.lng.toFixed(7) });
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  const response = await fetch(config.value, { method: "POST", body, headers, credentials: "same-origin" });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

export class Overlays {
  /** `configs`: map-config's `layers`; `onChange(slugs)` after each change of what is shown. */
  constructor(map, configs, onChange) {
    this.map = map;
    this.configs = new Map(configs.map((config) => [config.slug, config]));
    this.onChange = onChange;
    this.shown = [];
    this.made = new Map();
  }

  get all() {
    return [...this.configs.values()];
  }

  /** Slugs that are in an address but not for this viewer. */
  show(slugs) {
    this.shown = slugs.filter((slug) => this.configs.has(slug));
    this.place();
    return slugs.filter((slug) => !this.configs.has(slug));
  }

  has(slug) {
    return this.shown.includes(slug);
  }

  get(slug) {
    if (!this.made.has(slug)) this.made.set(slug, storedLayer(this.configs.get(slug)));
    return this.made.get(slug);
  }

  toggle(slug, isOn) {
    this.shown = this.shown.filter((each) => each !== slug);
    if (isOn) this.shown.unshift(slug);
    this.place();
    this.onChange(this.shown);
  }

  /** One step up (-1) or down (1). */
  move(slug, step) {
    const from = this.shown.indexOf(slug);
    const to = from + step;
    if (from < 0 || to < 0 || to >= this.shown.length) return;
    [this.shown[from], this.shown[to]] = [this.shown[to], this.shown[from]];
    this.place();
    this.onChange(this.shown);
  }

  place() {
    for (const [slug, layer] of this.made) if (!this.has(slug)) layer.remove();
    this.shown.forEach((slug, index) => this.get(slug).addTo(this.map, this.shown.length - index));
  }

  /**
   * What the shown layers say of a place, values of rasters first; null where none has to say.
   * The element fills as answers come; `onFill` is told each time, for whoever holds it grows with it.
   */
  describe(latlng, slack, onFill = () => {}) {
    const order = (config) => (config.kind === "raster" ? 0 : 1);
    const configs = this.shown.map((slug) => this.configs.get(slug)).sort((one, other) => order(one) - order(other));
    const parts = configs.map((config) => this.part(config, latlng, slack, onFill)).filter(Boolean);
    return parts.length ? el("div", { class: "map-overlays__found" }, ...parts) : null;
  }

  part(config, latlng, slack, onFill) {
    if (config.kind === "raster") return this.covers(config, latlng) ? this.value(config, latlng, onFill) : null;
    const feature = this.get(config.slug).hit(latlng, slack);
    return feature && this.feature(config, feature, onFill);
  }

  covers({ extent }, { lat, lng }) {
    return !extent || (lng >= extent[0] && lat >= extent[1] && lng <= extent[2] && lat <= extent[3]);
  }

  value(config, latlng, onFill) {
    const words = el("p", { class: "map-overlays__value", role: "status" }, gettext("Loading…"));
    valueAt(config, latlng).then(
      (told) => {
        words.textContent = told.text;
        if (!told.colour) return;
        const swatch = el("span", { class: "layer-legend__swatch", "aria-hidden": "true" });
        swatch.style.backgroundColor = told.colour;
        words.prepend(swatch, " ");
      },
      () => { words.textContent = gettext("This could not be loaded. Please try again."); },
    ).then(onFill);
    return el("section", {}, el("h3", {}, config.title), words);
  }

  feature(config, feature, onFill) {
    const body = el("div", {}, el("p", { role: "status" }, gettext("Loading…")));
    const address = config.item.replace("{id}", encodeURIComponent(feature.id));
    fetch(address, { credentials: "same-origin", headers: { Accept: "application/geo+json" } })
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error(`HTTP ${response.status}`))))
      .then((item) => body.replaceChildren(this.rows(config, item.properties)))
      .catch(() => body.replaceChildren(this.rows(config, feature.properties)))
      .then(onFill);
    return el("section", {}, el("h3", {}, config.title), body);
  }

  rows({ fields, about }, properties) {
    const given = fields.filter(({ key }) => properties[key] !== null && properties[key] !== undefined && properties[key] !== "");
    if (!given.length) return el("p", {}, gettext("Nothing more is known of this one."));
    const pairs = given.flatMap((field) => [el("dt", {}, field.title), el("dd", {}, this.words(field, properties[field.key]))]);
    return el("div", {}, el("dl", { class: "map-overlays__fields" }, ...pairs),
      about ? el("a", { href: about }, gettext("About this layer")) : null);
  }

  words({ unit, choices }, value) {
    if (value === true || value === false) return value ? gettext("yes") : gettext("no");
    if (typeof value === "string") return choices[value] ?? value;
    const figure = new Intl.NumberFormat(document.documentElement.lang || "ja", { maximumFractionDigits: 6 });
    return `${typeof value === "number" ? figure.format(value) : String(value)}${unit ? ` ${unit}` : ""}`;
  }
}
