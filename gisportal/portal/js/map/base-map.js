// The base map the city chose, with a circuit breaker (R8, R51): when its host does not answer, our own base map takes
// its place within seconds, attribution and terms with it, and the page says so. It never tries again by itself; the
// choice holds for this browser session, and a person may try again.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { Breaker } from "./breaker.js";
import L from "./leaflet.js";
import { ownBaseMap } from "./own-base-map.js";

// While a person's place is searched from, the outside host is asked for no tile finer than this (about 1 km): closer
// views enlarge these, so that the addresses of tiles do not tell where the person lives (design §2).
const PERSON_ZOOM = 15;
const MEMORY = "gisportal.base-map-unreachable";

const withTerms = ({ attribution, terms }) => {
  if (!terms) return attribution;
  const link = el("a", { href: terms }, gettext("Terms of use"));
  return `${attribution} (${link.outerHTML})`;
};

/** Puts the base map under `map`. `config`: see config.js; `notice`: element that is shown with words. */
export class BaseMap {
  constructor(map, config, notice) {
    this.map = map;
    this.config = config;
    this.notice = notice;
    if (!config.baseMap) this.showOwn();
    else if (this.remembered()) this.fallBack();
    else this.showRaster();
  }

  remembered() {
    try {
      return sessionStorage.getItem(MEMORY) === this.config.baseMap.url;
    } catch {
      return false;
    }
  }

  remember(isDown) {
    try {
      if (isDown) sessionStorage.setItem(MEMORY, this.config.baseMap.url);
      else sessionStorage.removeItem(MEMORY);
    } catch { /* without storage the breaker works per page */ }
  }

  showRaster() {
    const { url, minZoom = 5, maxZoom: finest = 18 } = this.config.baseMap;
    const maxZoom = this.config.hasPlace ? Math.min(finest, PERSON_ZOOM) : finest;
    const layer = L.tileLayer(url, {
      attribution: withTerms(this.config.baseMap), minZoom, maxNativeZoom: maxZoom, maxZoom: 19, className: "map-raster",
    });
    const breaker = new Breaker(() => this.fallBack());
    layer.on("tileloadstart", () => breaker.started());
    layer.on("tileload", () => breaker.succeeded());
    layer.on("tileerror", () => breaker.failed());
    layer.on("load remove", () => breaker.calm());
    this.replace(layer);
    this.state("raster");
  }

  showOwn() {
    this.replace(ownBaseMap(this.config.ownBaseMap));
    this.state("own");
  }

  replace(layer) {
    this.current?.remove();
    this.current = layer.addTo(this.map);
  }

  /** For style sheets and tests: which base map is on screen. */
  state(kind) {
    this.map.getContainer().dataset.baseMap = kind;
  }

  fallBack() {
    this.remember(true);
    this.showOwn();
    const again = el("button", { type: "button", class: "map-notice__button", onclick: () => this.tryAgain() },
      gettext("Try again"));
    this.notice.replaceChildren(
      el("span", {}, gettext("The base map cannot be reached. A simplified map is shown instead.")), again);
    this.notice.hidden = false;
  }

  tryAgain() {
    this.remember(false);
    this.notice.hidden = true;
    this.notice.replaceChildren();
    this.showRaster();
    this.map.getContainer().focus();
  }
}
