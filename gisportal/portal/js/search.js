// Entry: the search page. List and map are twins over one state, the address bar's query string.
import { Categories, categoriesOf } from "./lib/categories.js";
import { announce, debounce, readJson } from "./lib/dom.js";
import htmx from "./lib/htmx.js";
import { fill, gettext, loadCatalogue, ngettext, number } from "./lib/i18n.js";
import { formatPosition, hasPlace, polygonText } from "./lib/url.js";
import { mapConfig } from "./map/config.js";
import { SearchMap } from "./map/search-map.js";
import { copyLinks } from "./search/copy-link.js";
import { SearchForm } from "./search/form.js";
import { ResultList } from "./search/list.js";
import { keepConditions, searchFrom } from "./search/place.js";
import { watchRoom } from "./search/room.js";
import { readState, tileQuery } from "./search/state.js";
import { replaceParameter, ViewSwitch } from "./search/view-switch.js";

async function loadCategories(address) {
  try {
    const response = await fetch(address, { credentials: "same-origin" });
    return response.ok ? categoriesOf(await response.json()) : new Categories();
  } catch {
    return new Categories();
  }
}

class SearchPage {
  constructor(section, config, categories) {
    this.section = section;
    this.config = config;
    this.categories = categories;
    this.writeSoon = debounce((isReset) => this.writePosition(isReset), 300);
    this.form = new SearchForm(document.querySelector("[data-search-form]"));
    this.views = new ViewSwitch(this.form, () => this.map.view.resize());
    this.list = new ResultList({
      onPoint: (latlng) => this.map.highlight(latlng),
      onShow: (id, latlng, button) => this.show(id, latlng, button),
    });
    this.map = new SearchMap(section, config, categories, {
      toggle: (code) => this.toggle(code),
      area: (area) => this.searchArea(area),
      place: (latlng, origin) => searchFrom(latlng, { origin }),
      district: (key) => this.addDistrict(key),
      choose: (id) => this.list.mark(id),
      layers: (slugs) => this.keepLayers(slugs),
      moved: (isReset) => this.writeSoon(isReset),
    });
    this.refresh(new URLSearchParams(location.search).get("at"));
    this.listen();
  }

  listen() {
    document.body.addEventListener("htmx:afterSettle", (event) => event.detail.target?.id === "results" && this.settled());
    document.body.addEventListener("htmx:responseError", () => this.failed());
    document.body.addEventListener("htmx:sendError", () => this.failed());
    document.addEventListener("click", (event) => this.turnPage(event));
    watchRoom(this.section);
  }

  settled() {
    this.refresh(null);
    this.views.mark();
    this.sayCount();
  }

  /** Reads what is on screen now and makes the map and the list follow. */
  refresh(position) {
    const results = document.getElementById("results");
    const state = readState(results, this.config);
    const query = tileQuery(state.params);
    const isNew = query !== this.last;
    this.last = query;
    this.state = state;
    this.map.update(state, { query, isNew, position });
    this.list.prepare(results);
    keepConditions(query);
    // The server's address has no `at`: it stays only where a person moved the map and the search left it there.
    if (this.map.touched || hasPlace(query)) this.writePosition();
  }

  writePosition(isReset = false) {
    const { lat, lon, zoom } = this.map.position;
    // While a person's place is set the view usually centres on it: it must not stand in the address bar.
    const isPersonal = hasPlace(this.state.query) || hasPlace(location.search);
    replaceParameter("at", isReset || isPersonal ? "" : formatPosition(lat, lon, zoom));
  }

  sayCount() {
    const { total } = this.state;
    announce(fill(ngettext("%(count)s resource found", "%(count)s resources found", total), { count: number(total) }));
  }

  failed() {
    announce(gettext("The search could not be answered. Please try again."));
    this.map.view.complain(gettext("The search could not be answered. Please try again."));
  }

  /** Pages of the list: only the list is loaded, the map stays. */
  turnPage(event) {
    const link = event.target.closest?.("#results .paging a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    htmx.ajax("GET", link.href, { target: "#results", swap: "outerHTML" }).then(() => {
      const heading = document.getElementById("results-title");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus();
    });
  }

  /** Uploaded layers over the map stay in the address, also when a search is sent. */
  keepLayers(slugs) {
    this.form.set("layers", slugs.join(","));
    replaceParameter("layers", slugs.join(","));
  }

  toggle(code) {
    const next = this.categories.toggled(this.state.categories, code);
    const hidden = this.categories.hiddenTops(next);
    this.map.points.hide(hidden);
    this.map.legend.update(hidden);
    this.state.categories = next;
    this.form.set("category", next);
    this.form.submit();
  }

  searchArea({ bbox = "", within = null }) {
    this.form.set("bbox", bbox);
    this.form.set("within", within ? polygonText(within) : "");
    this.map.touched = true;
    this.form.submit();
  }

  addDistrict(key) {
    this.map.popups.close();
    this.form.set("district", [...new Set([...this.form.values("district"), key])]);
    this.map.touched = false;
    this.form.submit();
  }

  show(id, latlng, button) {
    const isHidden = !this.map.isVisible;
    if (isHidden) this.views.show("map");
    this.list.mark(id);
    // On a phone the list may have been scrolled far down: the map that takes its place would lie above the screen.
    if (isHidden) this.map.view.section.scrollIntoView({ block: "start" });
    this.map.reveal(id, latlng, button);
  }
}

async function start(section) {
  const config = mapConfig(readJson("map-config"));
  const [categories] = await Promise.all([loadCategories(config.style), loadCatalogue()]);
  section.searchPage = new SearchPage(section, config, categories);
  section.dataset.ready = "yes";
}

copyLinks();
const section = document.querySelector("[data-map]");
if (section && document.querySelector("[data-search-form]")) start(section);
