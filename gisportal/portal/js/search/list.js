// The list and the map are twins: an entry pointed at or focused shows its pin; a chosen pin shows its entry.
import { prefersReducedMotion } from "../lib/dom.js";

const ENTRY = "[data-resource-id]";

function place(entry) {
  const lat = Number(entry.dataset.lat);
  const lon = Number(entry.dataset.lon);
  return entry.dataset.lat && Number.isFinite(lat) && Number.isFinite(lon) ? [lat, lon] : null;
}

export class ResultList {
  /** `onPoint(id, latlng|null)` while an entry is pointed at; `onShow(id, latlng, button)` on “show on map”. */
  constructor(root, { onPoint, onShow }) {
    this.root = root;
    this.onPoint = onPoint;
    this.onShow = onShow;
    root.addEventListener("pointerover", (event) => this.point(event.target));
    root.addEventListener("pointerleave", () => onPoint(null, null));
    root.addEventListener("focusin", (event) => this.point(event.target));
    root.addEventListener("focusout", () => onPoint(null, null));
    root.addEventListener("click", (event) => this.click(event));
    this.prepare();
  }

  /** After the list changed: buttons that need the map may show now. */
  prepare() {
    for (const entry of this.root.querySelectorAll(ENTRY)) {
      const button = entry.querySelector("[data-show-on-map]");
      if (button) button.hidden = !place(entry);
    }
  }

  point(target) {
    const entry = target.closest?.(ENTRY);
    this.onPoint(entry?.dataset.resourceId ?? null, entry ? place(entry) : null);
  }

  click(event) {
    const button = event.target.closest("[data-show-on-map]");
    const entry = button?.closest(ENTRY);
    if (entry && place(entry)) this.onShow(entry.dataset.resourceId, place(entry), button);
  }

  /** Marks the entry of a chosen pin and brings it into view. Answers its button, or null if it is on another page. */
  mark(id) {
    this.root.querySelectorAll(`${ENTRY}.is-chosen`).forEach((entry) => entry.classList.remove("is-chosen"));
    const entry = id && this.root.querySelector(`[data-resource-id="${CSS.escape(String(id))}"]`);
    if (!entry) return null;
    entry.classList.add("is-chosen");
    entry.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
    return entry.querySelector("[data-show-on-map]");
  }
}
