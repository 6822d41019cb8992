// The map of the search page: points of the query, legend filter, districts, drawing, the searched place.
import { announce, el, isPhone } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { hasPlace, metres, parseLayers } from "../lib/url.js";
import { Districts } from "./districts.js";
import L from "./leaflet.js";
import { Legend } from "./legend.js";
import { OverlayPanel } from "./overlay-panel.js";
import { Overlays } from "./overlays.js";
import { locate, showPosition } from "./locate.js";
import { Points } from "./points.js";
import { Popups } from "./popups.js";
import { Sketch } from "./sketch.js";
import { SearchedPlace } from "./spot.js";
import { MapView } from "./view.js";

/** From this zoom pins that still touch count as one place: closer in they would hardly part. */
const CLOSE = 17;

/** `on`: {toggle(code), area({bbox|within}), place(latlng), district(key), choose(id), layers(slugs), moved()}. */
export class SearchMap {
  constructor(section, config, categories, on) {
    this.view = new MapView(section, config);
    this.map = this.view.map;
    Object.assign(this, { config, categories, on, state: null, query: "", touched: false });
    this.searched = new SearchedPlace(this.map);
    this.points = new Points((z, x, y) => this.address(z, x, y), categories);
    this.popups = new Popups(this.map, config, () => this.popupQuery());
    this.sketch = new Sketch(this.map, this.view.bar);
    this.furnish();
    this.listen();
  }

  address(z, x, y) {
    const path = this.config.tiles.replace("{z}", z).replace("{x}", x).replace("{y}", y);
    return this.query ? `${path}?${this.query}` : path;
  }

  /** A popup shows the distance from the searched place, so it is told the token, and nothing else. */
  popupQuery() {
    const place = this.state?.params.get("place");
    return place ? `place=${encodeURIComponent(place)}` : "";
  }

  furnish() {
    const act = (name, label, action) => ({ name, label, action });
    this.view.buttons([
      act("here", gettext("Show where I am"), () => this.here()),
      act("reset", gettext("Show all results"), () => this.reset()),
    ]);
    this.view.buttons([
      act("pick", gettext("Search from a place on the map"), () => this.pick()),
      act("polygon", gettext("Search in an area you draw"), () => this.draw()),
      act("ruler", gettext("Measure a distance"), () => this.sketch.start("line", () => {})),
    ]);
    this.legend = new Legend(this.categories, this.config.schemes, {
      onToggle: (code) => this.on.toggle(code), onScheme: (code) => this.showScheme(code),
      isWide: this.view.section.clientWidth >= 480,
    });
    this.view.corner(this.legend.element, "bottomleft");
    this.furnishOverlays();
    this.areaButton = el("button", {
      type: "button", class: "map-area-button", hidden: true, "data-map-action": "area", onclick: () => this.searchArea(),
    }, gettext("Search this area"));
    this.view.section.append(this.areaButton);
  }

  /** Uploaded layers, where there are any for this viewer. */
  furnishOverlays() {
    const wanted = parseLayers(new URLSearchParams(location.search).get("layers"));
    if (!this.config.layers?.length && !wanted.length) return;
    this.overlays = new Overlays(this.map, this.config.layers ?? [], (slugs) => this.on.layers(slugs));
    const missing = this.overlays.show(wanted);
    this.panel = new OverlayPanel(this.overlays, () => this.readMiddle());
    this.panel.miss(missing);
    this.view.corner(this.panel.element, "topleft");
  }

  said(latlng, slack) {
    return this.overlays?.describe(latlng, slack, () => this.popups.grow());
  }

  readMiddle() {
    const found = this.said(this.map.getCenter(), 10);
    // On a phone the list would lie over what it has just been asked for.
    if (found && isPhone()) this.panel.element.open = false;
    if (found) this.popups.openElement(el("div", {}, found), this.map.getCenter(), this.panel.back);
    else announce(gettext("The layers say nothing of the middle of the map."));
  }

  listen() {
    this.points.layer.on("failed", () => this.failed());
    this.map.on("autopanstart", () => { this.isAutoPan = true; });
    this.map.on("movestart", () => { if (!this.view.isQuiet && !this.isAutoPan) this.touched = true; });
    this.map.on("moveend", () => this.moved());
    this.map.on("click", (event) => this.click(event));
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout", () => this.unhover());
    this.map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === event.currentTarget && !this.sketch.isActive) this.openMiddle();
    });
  }

  failed() {
    if (this.hasFailed) return;
    this.hasFailed = true;
    this.view.complain(gettext("Part of the map could not be loaded."));
  }

  /** After each search. `isNew`: its conditions differ from the last, so the view may follow. */
  update(state, { query, isNew, position }) {
    const isOther = query !== this.query || !this.state;
    this.state = state;
    this.query = query;
    const hidden = this.categories.hiddenTops(state.categories);
    this.legend.update(hidden);
    this.points.hidden = hidden;
    // Off the map while the view moves, so that no tile of the old view is asked for with the new query.
    if (isOther) this.points.layer.remove();
    if (isNew) this.follow(state, position);
    this.points.addTo(this.map);
    this.view.showBase();
    this.searched.show(state);
    this.areaButton.hidden = true;
    this.hasFailed = false;
    this.syncScheme(state);
  }

  /** Fits to what was found, unless a person moved the map and something of it is in view. */
  follow(state, position) {
    if (position && !hasPlace(state.query) && this.view.go(position)) {
      this.touched = true;
      return;
    }
    const circle = SearchedPlace.bounds(state);
    // Not closer: the tiles of an outside base map would tell its host where the person lives, to the block.
    if (circle) this.view.fit(circle, 15);
    else if (this.touched && this.view.contains(state.bounds)) return;
    else if (state.bounds) this.view.fit(state.bounds);
    else if (!this.touched) this.view.fit(this.config.home);
    this.touched = false;
  }

  syncScheme(state) {
    const code = this.districts ? this.districts.scheme.code : state.scheme;
    if (!code) return;
    if (!this.districts) this.showScheme(code);
    this.legend.showScheme(this.config.schemes.find((scheme) => scheme.code === code));
    this.districts?.choose(state.districts);
  }

  showScheme(code) {
    this.districts?.remove();
    const scheme = this.config.schemes.find((each) => each.code === code);
    this.districts = scheme ? new Districts(scheme, this.state?.districts).addTo(this.map) : null;
  }

  moved() {
    const isOurs = this.view.isQuiet || this.isAutoPan;
    this.isAutoPan = false;
    if (isOurs) return;
    this.areaButton.hidden = this.sketch.isActive;
    this.on.moved();
  }

  get isVisible() {
    return this.view.section.offsetParent !== null;
  }

  /** Where the map stands, for the address bar; nothing while a person's place is set. */
  get position() {
    const centre = this.map.getCenter();
    return { lat: centre.lat, lon: centre.lng, zoom: this.map.getZoom() };
  }

  click(event) {
    if (this.sketch.isActive) return;
    const coarse = event.originalEvent?.pointerType === "touch" ? 14 : 5;
    const hit = this.points.hit(event.latlng, coarse);
    if (hit) this.open(hit);
    else this.offer(event.latlng, coarse);
  }

  /** By keyboard: what stands nearest to the middle, said before it opens. */
  openMiddle() {
    const hit = this.points.hit(this.map.getCenter(), 150);
    if (!hit && this.overlays?.shown.length) {
      this.readMiddle();
      return;
    }
    announce(hit ? this.points.describe(hit.mark) : gettext("Nothing stands near the middle of the map."));
    if (hit) this.open(hit, this.map.getContainer());
  }

  /** `back`: where the focus returns to; the entry in the list unless given. */
  open({ mark, latlng }, back = null) {
    if (mark.isCluster) {
      this.map.setView(latlng, Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()));
      return;
    }
    const ids = this.points.together(mark, latlng, this.map.getZoom() >= CLOSE).map(String);
    if (ids.length > 1) this.popups.openSeveral(ids, latlng, back);
    else this.popups.openResource(ids[0], latlng, back ?? this.on.choose(ids[0]));
  }

  /** A click beside every pin: what uploaded layers say of the place, the district below, and a search in it. */
  offer(latlng, coarse) {
    const found = this.said(latlng, coarse);
    const district = this.districts?.hit(latlng);
    if (!district && !found) return;
    this.popups.openElement(el("div", {}, found ?? null, district ? this.districtOffer(district, latlng) : null), latlng);
  }

  districtOffer(district, latlng) {
    return el("div", {},
      el("p", { class: "map-popup__kind" }, this.districts.scheme.title),
      el("h3", {}, district.name),
      el("button", { type: "button", onclick: () => this.on.district(district.key) },
        gettext("Search in this district")),
      el("button", { type: "button", onclick: () => this.on.place(latlng) }, gettext("Search from here")));
  }

  hover(event) {
    if (this.sketch.isActive || event.originalEvent?.pointerType === "touch") return;
    const hit = this.points.hit(event.latlng);
    this.map.getContainer().classList.toggle("is-over-pin", Boolean(hit));
    if (!hit) {
      this.unhover();
      return;
    }
    this.points.tooltip.setLatLng(hit.latlng).setContent(el("span", {}, this.points.describe(hit.mark)));
    if (!this.map.hasLayer(this.points.tooltip)) this.points.tooltip.addTo(this.map);
  }

  unhover() {
    this.points.tooltip.remove();
  }

  /** Shows which pin an entry of the list means. */
  highlight(latlng) {
    this.ring?.remove();
    this.ring = latlng && L.marker(latlng, {
      icon: L.divIcon({ className: "map-highlight", iconSize: [34, 34], iconAnchor: [17, 17] }),
      interactive: false, keyboard: false, alt: "", zIndexOffset: 900,
    }).addTo(this.map);
  }

  /** “Show on map” of the list: popup there, focus into it, Esc back to the button. */
  reveal(id, latlng, back) {
    this.view.quietly(() => {
      if (!this.map.getBounds().pad(-0.1).contains(latlng) || this.map.getZoom() < 15) {
        this.map.setView(latlng, Math.max(this.map.getZoom(), 16), { animate: false });
      }
    });
    return this.popups.openResource(id, L.latLng(latlng), back);
  }

  searchArea() {
    this.on.area({ bbox: this.view.bbox });
  }

  draw() {
    this.sketch.start("polygon", (points) => this.on.area({ within: points.map(({ lng, lat }) => [lng, lat]) }));
  }

  pick() {
    this.sketch.start("point", ([latlng]) => this.on.place(latlng));
  }

  async here() {
    const position = await locate((text) => this.view.complain(text));
    if (!position) return;
    this.mine?.remove();
    this.mine = showPosition(this.map, position);
    this.map.setView(position.latlng, Math.max(this.map.getZoom(), 15));
    this.popups.openElement(el("div", {},
      el("h3", {}, gettext("You are here")),
      el("p", {}, fill(gettext("Accurate to %(distance)s."), { distance: metres(position.accuracy) })),
      el("button", { type: "button", onclick: () => this.on.place(position.latlng, "here") }, gettext("Search from here"))),
    position.latlng);
  }

  reset() {
    this.touched = false;
    this.follow({ ...this.state, query: this.state?.query ?? "" }, null);
    this.areaButton.hidden = true;
    this.on.moved(true);
    announce(gettext("All results are in view."));
  }
}
