// “Lay data over the map”: the list of uploaded layers with opacity, order and legend. All of it works by keyboard.
import { announce, el, isPhone } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { layerLegend } from "./layer-legend.js";

const PERCENT = 100;

export class OverlayPanel {
  /** `overlays`: Overlays; `onMiddle()` reads what lies under the middle of the map. */
  constructor(overlays, onMiddle) {
    this.overlays = overlays;
    this.legends = new Map();
    this.count = el("span", { class: "map-overlays__count" });
    this.list = el("ul", { class: "map-overlays__list" });
    this.missing = el("p", { class: "map-overlays__missing", role: "status", hidden: true });
    this.middle = el("button", { type: "button", class: "map-overlays__middle", onclick: onMiddle },
      gettext("Read the values in the middle of the map"));
    this.element = el("details", { class: "map-overlays", "data-overlays": true },
      el("summary", { class: "map-legend__title" }, el("span", {}, gettext("Lay data over the map")), this.count),
      el("div", { class: "map-overlays__body" }, this.missing, this.list, this.middle));
    this.openForPrint();
    this.draw();
  }

  /** Where the focus returns to: the button, or what opens the list while it is closed. */
  get back() {
    return this.element.open ? this.middle : this.element.querySelector("summary");
  }

  /** Says which layers of the address are not to be had here. */
  miss(slugs) {
    this.missing.hidden = !slugs.length;
    this.missing.textContent = fill(gettext("Not to be shown here: %(names)s"), { names: slugs.join(gettext(", ")) });
    if (slugs.length || (this.overlays.shown.length && !isPhone())) this.element.open = true;
  }

  /** Paper shows the legends of what lies over the map, whether the list is open or not. */
  openForPrint() {
    let wasOpen = false;
    window.addEventListener("beforeprint", () => { wasOpen = this.element.open; this.element.open = true; });
    window.addEventListener("afterprint", () => { this.element.open = wasOpen; });
  }

  /** Shown layers first, the topmost at the top; the rest by title. */
  draw() {
    const { overlays } = this;
    const shown = overlays.shown.map((slug) => overlays.configs.get(slug));
    const rest = overlays.all.filter(({ slug }) => !overlays.has(slug));
    const focus = document.activeElement?.dataset?.overlayFocus;
    this.list.replaceChildren(...shown.map((each, index) => this.entry(each, index)), ...rest.map((each) => this.entry(each, -1)));
    this.count.textContent = shown.length ? String(shown.length) : "";
    this.count.hidden = this.middle.hidden = !shown.length;
    this.element.toggleAttribute("data-has-shown", shown.length > 0);
    if (focus) this.list.querySelector(`[data-overlay-focus="${focus}"]:not(:disabled)`)?.focus();
  }

  entry(config, index) {
    const isOn = index >= 0;
    const box = el("input", {
      type: "checkbox", checked: isOn, "data-overlay": config.slug, "data-overlay-focus": `${config.slug}-box`,
      onchange: (event) => this.toggle(config, event.target.checked),
    });
    return el("li", { class: `map-overlay${isOn ? " is-on" : ""}` },
      el("label", { class: "map-overlay__title" }, box, el("span", {}, config.title)),
      isOn ? this.tools(config, index) : null);
  }

  toggle(config, isOn) {
    this.overlays.toggle(config.slug, isOn);
    this.draw();
    announce(fill(isOn ? gettext("%(title)s lies over the map.") : gettext("%(title)s is off the map."), config));
  }

  tools(config, index) {
    const last = this.overlays.shown.length - 1;
    return el("div", { class: "map-overlay__tools" },
      layerLegend(config.legend),
      config.attribution ? el("p", { class: "map-overlay__source" }, config.attribution) : null,
      el("div", { class: "map-overlay__row" }, this.slider(config),
        last > 0 ? this.mover(config, -1, "▲", gettext("%(title)s: one up"), index === 0) : null,
        last > 0 ? this.mover(config, 1, "▼", gettext("%(title)s: one down"), index === last) : null));
  }

  slider(config) {
    const layer = this.overlays.get(config.slug);
    const words = (value) => fill(gettext("%(percent)s percent"), { percent: value });
    const now = Math.round(layer.opacity * PERCENT);
    const input = el("input", {
      type: "range", min: 0, max: PERCENT, step: 5, value: now, "aria-valuetext": words(now),
      "data-overlay-focus": `${config.slug}-opacity`,
      oninput: (event) => {
        layer.setOpacity(Number(event.target.value) / PERCENT);
        event.target.setAttribute("aria-valuetext", words(event.target.value));
      },
    });
    return el("label", { class: "map-overlay__opacity" }, el("span", {}, gettext("Opacity")), input);
  }

  mover(config, step, sign, title, isEnd) {
    return el("button", {
      type: "button", class: "map-overlay__move", disabled: isEnd, "aria-label": fill(title, config),
      "data-overlay-focus": `${config.slug}-${step}`,
      onclick: () => {
        this.overlays.move(config.slug, step);
        this.draw();
      },
    }, sign);
  }
}
