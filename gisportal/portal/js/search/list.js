// The list and the map are twins: an entry pointed at or focused shows its pin; a chosen pin shows its entry.
import { el, prefersReducedMotion } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";

const ENTRY = "[data-result]";

function place(entry) {
  const lat = Number(entry.dataset.lat);
  const lon = Number(entry.dataset.lon);
  return entry.dataset.lat && Number.isFinite(lat) && Number.isFinite(lon) ? [lat, lon] : null;
}

export class ResultList {
  /** `onPoint(latlng|null)` while an entry is pointed at; `onShow(id, latlng, button)` on “show on the map”. */
  constructor({ onPoint, onShow }) {
    this.onPoint = onPoint;
    this.onShow = onShow;
    document.addEventListener("pointerover", (event) => this.point(event.target));
    document.addEventListener("focusin", (event) => this.point(event.target));
    document.addEventListener("click", (event) => this.click(event));
  }

  /** `root`: the results now on screen. Adds to each entry with a place the button that needs the map. */
  prepare(root) {
    this.root = root;
    for (const entry of root.querySelectorAll(ENTRY)) {
      if (place(entry) && !entry.querySelector("[data-show-on-map]")) entry.append(button(entry));
    }
  }

  point(target) {
    const entry = target.closest?.(ENTRY) ?? null;
    if (entry === this.pointed) return;
    this.pointed = entry;
    this.onPoint(entry ? place(entry) : null);
  }

  click(event) {
    const chosen = event.target.closest?.("[data-show-on-map]");
    const entry = chosen?.closest(ENTRY);
    if (entry) this.onShow(entry.dataset.result, place(entry), chosen);
  }

  /** Marks the entry of a chosen pin and brings it into view. Answers its button, or null if it is on another page. */
  mark(id) {
    this.root.querySelectorAll(`${ENTRY}.is-chosen`).forEach((entry) => entry.classList.remove("is-chosen"));
    const entry = this.root.querySelector(`[data-result="${CSS.escape(String(id))}"]`);
    if (!entry) return null;
    entry.classList.add("is-chosen");
    entry.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
    return entry.querySelector("[data-show-on-map]");
  }
}

function button(entry) {
  const name = entry.querySelector("h3")?.textContent.trim() ?? "";
  const text = gettext("Show on the map");
  return el("button", {
    type: "button", class: "result-show", "data-show-on-map": true,
    "aria-label": fill(gettext("%(action)s: %(name)s"), { action: text, name }),
  }, text);
}
