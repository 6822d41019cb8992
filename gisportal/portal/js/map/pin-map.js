// The pin of an entry: dragged, put by a click, moved by the arrow keys, or typed into the inputs beside the map.
import { announce, debounce, el } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import L from "./leaflet.js";
import { svgShape } from "./shapes.js";
import { MapView } from "./view.js";

const STEP = 4; // pixels an arrow key moves the pin; with Shift ten times as many
const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const degrees = (text) => (/^\s*[+-]?\d{1,3}(\.\d+)?\s*$/.test(text.normalize("NFKC")) ? Number(text.normalize("NFKC")) : NaN);

export class PinMap {
  /** `inputs`: {lat, lon, zone, origin} of the form. */
  constructor(section, config, inputs) {
    this.inputs = inputs;
    const at = this.typed();
    this.view = new MapView(section, at ? { ...config, home: around(at) } : config, {
      isSmall: true, label: gettext("Map of the pin. A click puts the pin; the pin itself moves by the arrow keys."),
    });
    const { map } = this.view;
    if (at) this.view.quietly(() => map.setView(at, 17, { animate: false }));
    this.candidates = L.layerGroup().addTo(map);
    if (at) this.mark(at);
    map.on("click", (event) => this.put([event.latlng.lat, event.latlng.lng], "hand"));
    this.view.buttons([{ name: "pick", label: gettext("Put the pin in the middle of the map"), action: () => this.centre() }]);
    const follow = debounce(() => this.follow(), 400);
    for (const input of [inputs.lat, inputs.lon]) input.addEventListener("input", () => { this.typedByHand(); follow(); });
    this.view.showBase();
  }

  /** [lat, lon] as typed in decimal degrees, or null: other notations are read by the server. */
  typed() {
    const { lat, lon, zone } = this.inputs;
    const at = [degrees(lat.value), degrees(lon.value)];
    return !zone.value && at.every(Number.isFinite) && Math.abs(at[0]) <= 85 ? at : null;
  }

  typedByHand() {
    this.inputs.origin.value = "hand";
  }

  follow() {
    const at = this.typed();
    if (!at) return;
    this.mark(at);
    this.view.map.setView(at, Math.max(this.view.map.getZoom(), 15), { animate: false });
  }

  centre() {
    const { lat, lng } = this.view.map.getCenter();
    this.put([lat, lng], "hand");
    this.pin.getElement().focus();
  }

  /** Puts the pin and writes it into the form. `origin`: hand or geocoded. */
  put(at, origin) {
    const { lat, lon, zone } = this.inputs;
    this.mark(at);
    zone.value = "";
    lat.value = at[0].toFixed(7);
    lon.value = at[1].toFixed(7);
    this.inputs.origin.value = origin;
    lat.dispatchEvent(new Event("change", { bubbles: true }));
  }

  mark(at) {
    if (this.pin) {
      this.pin.setLatLng(at);
      return;
    }
    const icon = L.divIcon({ className: "edit-pin", iconSize: [44, 44], iconAnchor: [22, 22], html: svgShape("circle", "#a3120a", 34) });
    this.pin = L.marker(at, { icon, draggable: true, keyboard: true, autoPan: true, title: gettext("Pin: drag it, or move it by the arrow keys"), zIndexOffset: 1000 });
    this.pin.addTo(this.view.map);
    const element = this.pin.getElement();
    element.setAttribute("aria-label", gettext("Pin: drag it, or move it by the arrow keys"));
    this.pin.on("dragend", () => this.moved());
    element.addEventListener("keydown", (event) => this.key(event));
  }

  moved() {
    const { lat, lng } = this.pin.getLatLng();
    this.put([lat, lng], "hand");
    announce(fill(gettext("Pin at %(lat)s, %(lon)s"), { lat: lat.toFixed(5), lon: lng.toFixed(5) }));
  }

  key(event) {
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { map } = this.view;
    const reach = STEP * (event.shiftKey ? 10 : 1);
    const point = map.latLngToContainerPoint(this.pin.getLatLng()).add([move[0] * reach, move[1] * reach]);
    this.pin.setLatLng(map.containerPointToLatLng(point));
    if (!map.getBounds().pad(-0.1).contains(this.pin.getLatLng())) map.panTo(this.pin.getLatLng(), { animate: false });
    this.moved();
  }

  /** Numbered marks of what an address may mean; a click chooses. */
  showCandidates(found, choose) {
    this.candidates.clearLayers();
    found.forEach((candidate, index) => {
      const html = el("span", {}, String(index + 1));
      const icon = L.divIcon({ className: "edit-candidate-number", iconSize: [28, 28], html });
      const label = `${index + 1}. ${candidate.address}`;
      L.marker([candidate.lat, candidate.lon], { icon, title: label, alt: label, keyboard: false })
        .on("click", () => choose(candidate)).addTo(this.candidates);
    });
    const points = found.map((candidate) => [candidate.lat, candidate.lon]);
    if (this.pin) points.push(this.pin.getLatLng());
    if (points.length) this.view.fit(L.latLngBounds(points), 17);
  }
}

const around = ([lat, lon]) => [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01];
