// The map itself: Leaflet set up in the page's language, base map, controls, notices. Knows nothing of the search.
import { announce, el, isPhone, prefersReducedMotion } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { parsePosition } from "../lib/url.js";
import { BaseMap } from "./base-map.js";
import { icon } from "./icons.js";
import L from "./leaflet.js";

const toBounds = ([west, south, east, north]) => L.latLngBounds([south, west], [north, east]);

/** `section`: the element with data-map; `config`: see config.js. */
export class MapView {
  constructor(section, config, { label = "", isSmall = false, zoomSnap = 1 } = {}) {
    this.config = config;
    this.section = section;
    this.canvas = el("div", {
      class: "map-canvas", role: "group",
      "aria-label": label || gettext("Map. Arrow keys move it, plus and minus zoom, Enter opens what is in the middle."),
    });
    this.notice = el("div", { class: "map-notice", role: "status", "aria-live": "polite", hidden: true });
    this.bar = el("div", { class: "map-sketch", hidden: true });
    section.replaceChildren(this.canvas, this.notice, this.bar);
    this.map = this.leaflet({ isSmall, zoomSnap });
    new ResizeObserver(() => this.resize()).observe(section);
    this.liftCorner();
  }

  leaflet({ isSmall, zoomSnap }) {
    const still = prefersReducedMotion();
    const map = L.map(this.canvas, {
      zoomControl: false, zoomSnap, minZoom: 5, maxZoom: 19, maxBoundsViscosity: 1, worldCopyJump: false,
      zoomAnimation: !still, fadeAnimation: !still, inertia: !still, markerZoomAnimation: !still,
      keyboardPanDelta: 120, closePopupOnClick: true, scrollWheelZoom: !isSmall, dragging: !(isSmall && L.Browser.mobile),
    });
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    L.control.zoom({ position: "topright", zoomInTitle: gettext("Zoom in"), zoomOutTitle: gettext("Zoom out") }).addTo(map);
    L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 120 }).addTo(map);
    map.fitBounds(toBounds(this.config.home), { animate: false });
    return map;
  }

  /** Puts the base map below, once the view is where it belongs: no tile is asked for in vain. */
  showBase() {
    this.baseMap ??= new BaseMap(this.map, this.config, this.notice);
  }

  /** The attribution may take several lines: what stands in the corner beside it moves above. */
  liftCorner() {
    const words = this.map.attributionControl.getContainer();
    const lift = () => this.section.style.setProperty("--attribution", `${words.offsetHeight}px`);
    new ResizeObserver(lift).observe(words);
  }

  /** A column of buttons at the top right: [{name, label, action}]. Answers them by name. */
  buttons(list) {
    const made = {};
    const holder = L.DomUtil.create("div", "leaflet-bar map-buttons");
    for (const { name, label, action } of list) {
      made[name] = el("button", {
        type: "button", class: "map-button", "aria-label": label, title: label, "data-map-action": name,
        onclick: () => action(),
      }, icon(name));
      holder.append(made[name]);
    }
    L.DomEvent.disableClickPropagation(holder);
    const control = new L.Control({ position: "topright" });
    control.onAdd = () => holder;
    control.addTo(this.map);
    return made;
  }

  /** Puts an element of ours into a corner, safe from the map's own clicks and wheel. */
  corner(element, position) {
    L.DomEvent.disableClickPropagation(element);
    L.DomEvent.disableScrollPropagation(element);
    const control = new L.Control({ position });
    control.onAdd = () => element;
    control.addTo(this.map);
    return element;
  }

  /** Says something over the map for a while, and to screen readers. */
  complain(text) {
    announce(text);
    const note = el("p", { class: "map-toast" }, text);
    this.section.append(note);
    setTimeout(() => note.remove(), 8000);
  }

  fit(bounds, maxZoom = 17) {
    const area = Array.isArray(bounds) ? toBounds(bounds) : bounds;
    if (!area?.isValid()) return;
    if (!this.map.getSize().x) {
      this.waiting = [bounds, maxZoom];
      return;
    }
    const padding = isPhone() ? [24, 24] : [48, 48];
    this.quietly(() => this.map.fitBounds(area, { padding, maxZoom, animate: false }));
  }

  /** The room changed. A view that was asked for while the map was hidden is taken now. */
  resize() {
    this.quietly(() => this.map.invalidateSize({ animate: false }));
    if (this.waiting && this.map.getSize().x > 0) {
      const bounds = this.waiting;
      this.waiting = null;
      this.fit(...bounds);
    }
  }

  /** Moves the map for the page, not for a person: `moved` stays as it was. */
  quietly(action) {
    const before = this.isQuiet;
    this.isQuiet = true;
    action();
    this.isQuiet = before;
  }

  go(text) {
    const position = parsePosition(text);
    this.waiting = null;
    if (position) this.quietly(() => this.map.setView([position.lat, position.lon], position.zoom, { animate: false }));
    return Boolean(position);
  }

  get bbox() {
    const bounds = this.map.getBounds();
    const edges = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    return edges.map((value) => value.toFixed(5)).join(",");
  }

  contains(bounds) {
    return bounds ? this.map.getBounds().intersects(toBounds(bounds)) : false;
  }
}
