// Light drawing: a polygon to search in, a line to measure along, one point to search from. By pointer (click, double
// click ends) and by keyboard (arrow keys move the map, Space sets a point in its middle, Enter ends, Esc gives up).
import { el } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { metres } from "../lib/url.js";
import L from "./leaflet.js";

const STYLE = { color: "#0017c1", weight: 3, fillOpacity: 0.1, interactive: false };

/** What each kind says, and how many points it needs. */
const KINDS = {
  polygon: { needs: 3, hint: () => gettext("Click the corners of the area; double click or Enter ends, Esc cancels.") },
  line: { needs: 2, hint: () => gettext("Click along the way to measure; double click or Enter ends, Esc cancels.") },
  point: { needs: 1, hint: () => gettext("Click the place to search from. Esc cancels.") },
};

export class Sketch {
  /** `bar`: element that shows what to do. */
  constructor(map, bar) {
    this.map = map;
    this.bar = bar;
    this.kind = null;
    this.shape = null;
    this.onKey = (event) => this.key(event);
  }

  /** Starts; `done(latlngs)` is called with the finished points. `hint`: words in place of those of the search. */
  start(kind, done, hint = "") {
    this.stop();
    Object.assign(this, { kind, done, hint, points: [] });
    this.map.doubleClickZoom.disable();
    this.map.on("click", this.click, this).on("mousemove", this.preview, this);
    this.map.getContainer().addEventListener("keydown", this.onKey, true);
    this.map.getContainer().classList.add("is-sketching");
    this.showBar();
    this.map.getContainer().focus({ preventScroll: true });
  }

  showBar() {
    this.measure = el("strong", { class: "map-sketch__measure" });
    const buttons = [
      this.kind === "point" ? null : el("button", { type: "button", onclick: () => this.finish() }, gettext("Done")),
      el("button", { type: "button", onclick: () => this.add(this.map.getCenter()) }, gettext("Set a point in the middle")),
      el("button", { type: "button", onclick: () => this.cancel() }, gettext("Cancel")),
    ];
    this.bar.replaceChildren(
      el("span", { role: "status" }, this.hint || KINDS[this.kind].hint()), this.measure,
      el("span", { class: "map-sketch__buttons" }, ...buttons));
    this.bar.hidden = false;
  }

  key(event) {
    if (event.key === "Escape") this.cancel();
    else if (event.target !== this.map.getContainer()) return;
    else if (event.key === "Enter") this.finish();
    else if (event.key === " ") this.add(this.map.getCenter());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  click(event) {
    const last = this.points.at(-1);
    const isSame = last && this.map.latLngToContainerPoint(last).distanceTo(event.containerPoint) < 6;
    if (isSame) this.finish();
    else this.add(event.latlng);
  }

  add(latlng) {
    this.points.push(latlng);
    if (this.kind === "point") this.finish();
    else this.draw();
  }

  preview(event) {
    if (this.points.length && this.kind !== "point") this.draw(event.latlng);
  }

  draw(next = null) {
    const points = next ? [...this.points, next] : this.points;
    this.shape?.remove();
    const make = this.kind === "polygon" && points.length > 2 ? L.polygon : L.polyline;
    this.shape = make(points, STYLE).addTo(this.map);
    if (this.kind === "line") this.measure.textContent = this.length(points);
  }

  length(points) {
    const total = points.slice(1).reduce((sum, point, index) => sum + this.map.distance(points[index], point), 0);
    return fill(gettext("Distance: %(distance)s"), { distance: metres(total) });
  }

  finish() {
    if (!this.kind) return;
    if (this.points.length < KINDS[this.kind].needs) return;
    const { kind, points, done } = this;
    if (kind === "line") {
      this.draw();
      this.pause();
      return;
    }
    this.stop();
    done(points);
  }

  /** A measured line stays until it is closed. */
  pause() {
    this.release();
    this.bar.querySelectorAll("button").forEach((button) => button.remove());
    this.bar.append(el("button", { type: "button", onclick: () => this.cancel() }, gettext("Close")));
  }

  cancel() {
    this.stop();
    this.map.getContainer().focus({ preventScroll: true });
  }

  release() {
    this.map.off("click", this.click, this).off("mousemove", this.preview, this);
    this.map.getContainer().removeEventListener("keydown", this.onKey, true);
    this.map.getContainer().classList.remove("is-sketching");
    this.kind = null;
    setTimeout(() => this.kind || this.map.doubleClickZoom.enable(), 300);
  }

  stop() {
    this.release();
    this.shape?.remove();
    this.shape = null;
    this.bar.hidden = true;
    this.bar.replaceChildren();
  }

  get isActive() {
    return Boolean(this.kind);
  }
}
