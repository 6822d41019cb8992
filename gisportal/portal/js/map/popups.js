// Popups: the server's fragment in a Leaflet popup that a keyboard reaches, Esc closes, and focus returns from.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import L from "./leaflet.js";

export class Popups {
  /** `config`: {popup: address with {id}, at: address of several}; `query()` gives the search's query string. */
  constructor(map, config, query) {
    this.map = map;
    this.config = config;
    this.query = query;
    this.back = null;
    this.popup = L.popup({ minWidth: 240, maxWidth: 320, autoPanPadding: [24, 64], className: "map-popup" });
    map.on("popupclose", (event) => event.popup === this.popup && this.returnFocus());
  }

  /** One resource. `back`: where focus goes when it is closed (else the map). */
  async openResource(id, latlng, back = null) {
    await this.open(this.config.popup.replace("{id}", encodeURIComponent(id)), latlng, back);
  }

  /** Several resources on one point, as a list. */
  async openSeveral(ids, latlng, back = null) {
    await this.open(`${this.config.at}?ids=${ids.map(encodeURIComponent).join(",")}`, latlng, back);
  }

  /** Anything made here: an element. */
  openElement(element, latlng, back = null) {
    this.show(element, latlng, back);
    this.focus();
  }

  async open(address, latlng, back) {
    this.show(el("p", { role: "status" }, gettext("Loading…")), latlng, back);
    const wanted = this.content;
    const content = await this.fetch(address);
    // Something else was opened, or a person closed it. A map that moved in the meantime may have closed it too: then
    // it opens again.
    if (this.content !== wanted) return;
    this.show(content, latlng, back);
    this.focus();
  }

  async fetch(address) {
    const query = this.query();
    const joined = query ? `${address}${address.includes("?") ? "&" : "?"}${query}` : address;
    try {
      const response = await fetch(joined, { credentials: "same-origin", headers: { "HX-Request": "true" } });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      return el("div", {}, ...parsed.body.childNodes);
    } catch {
      return el("p", { role: "alert" }, gettext("This could not be loaded. Please try again."));
    }
  }

  show(content, latlng, back) {
    this.content = content;
    content.classList.add("map-popup__content");
    content.tabIndex = -1;
    content.setAttribute("role", "group");
    content.setAttribute("aria-label", gettext("Selected on the map"));
    if (back) this.back = back;
    const isOpen = this.map.hasLayer(this.popup);
    this.popup.setContent(content).setLatLng(latlng);
    if (!isOpen) this.popup.openOn(this.map);
    this.dress();
  }

  /** Leaflet's own close button speaks English and listens to no Esc outside the map. */
  dress() {
    const box = this.popup.getElement();
    const close = box?.querySelector(".leaflet-popup-close-button");
    close?.setAttribute("aria-label", gettext("Close"));
    if (!box || box.dataset.dressed) return;
    box.dataset.dressed = "yes";
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  /** What is in it has grown: the map makes room. */
  grow() {
    if (!this.map.hasLayer(this.popup)) return;
    // Leaflet takes the content out and puts it back, and the focus with it.
    const active = this.popup.getElement()?.contains(document.activeElement) ? document.activeElement : null;
    this.popup.update();
    this.dress();
    active?.focus({ preventScroll: true });
  }

  focus() {
    this.content.focus({ preventScroll: true });
  }

  close() {
    this.content = null;
    this.map.closePopup(this.popup);
  }

  returnFocus() {
    const target = this.back?.getClientRects().length ? this.back : this.map.getContainer();
    // Without fading (reduced motion) Leaflet has already removed the popup, and the focus has fallen to the body.
    const active = document.activeElement;
    const wasInside = active === document.body || this.popup.getElement()?.contains(active);
    this.back = null;
    if (wasInside) target.focus({ preventScroll: target === this.map.getContainer() });
  }
}
