// Entry: the search page. List and map are twins over one state, the address bar's query string.
import { announce, debounce, readJson } from "./lib/dom.js";
import { fill, gettext, ngettext, number } from "./lib/i18n.js";
import { Categories, categoriesOf } from "./lib/categories.js";
import { formatPosition, hasPlace, polygonText } from "./lib/url.js";
import { SearchMap } from "./map/search-map.js";
import { copyLinks } from "./search/copy-link.js";
import { SearchForm } from "./search/form.js";
import { ResultList } from "./search/list.js";
import { searchFrom, watchPlaceForm } from "./search/place.js";
import { conditions, readState, tileQuery } from "./search/state.js";
import { replaceParameter, viewSwitch } from "./search/view-switch.js";

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
    this.form = new SearchForm(document.querySelector("[data-search-form]"));
    this.results = document.getElementById("results");
    this.categories = categories;
    this.map = new SearchMap(section, config, categories, {
      toggle: (code) => this.toggle(code),
      area: (area) => this.searchArea(area),
      place: (latlng) => searchFrom(latlng, 1000),
      district: (slug, code) => this.addDistrict(`${slug}:${code}`),
      choose: (id) => this.list.mark(id),
      moved: (isReset) => this.remember(isReset),
    });
    this.list = new ResultList(this.results, {
      onPoint: (_id, latlng) => this.map.highlight(latlng),
      onShow: (id, latlng, button) => this.show(id, latlng, button),
    });
    this.views = viewSwitch(this.form, () => this.map.view.resize());
    this.remember = debounce((isReset) => this.writePosition(isReset), 300);
    this.refresh(new URLSearchParams(location.search).get("at"));
    document.body.addEventListener("htmx:afterSettle", (event) => this.settled(event));
    document.body.addEventListener("htmx:responseError", () => this.failed());
    document.body.addEventListener("htmx:sendError", () => this.failed());
  }

  settled(event) {
    if (!this.results.isConnected) this.results = document.getElementById("results");
    if (event.target !== this.results && !this.results.contains(event.target)) return;
    this.refresh(null);
    this.sayCount();
  }

  refresh(position) {
    const state = readState();
    const now = conditions(state.params);
    const isNew = now !== this.last;
    this.last = now;
    this.state = state;
    this.map.update(state, { query: tileQuery(state.params), isNew, position });
    this.list.prepare();
    this.forgetPosition(position);
  }

  /** A new search fitted the view: the old `at` no longer holds. */
  forgetPosition(position) {
    if (!position && !this.map.touched) this.form.set("at", "");
    if (hasPlace(this.state.query)) replaceParameter("at", null);
  }

  writePosition(isReset = false) {
    const { lat, lon, zoom } = this.map.position;
    // While a person's place is set the view usually centres on it: it must not stand in the address bar.
    const value = isReset || hasPlace(this.state.query) || hasPlace(location.search) ? "" : formatPosition(lat, lon, zoom);
    this.form.set("at", value);
    replaceParameter("at", value);
  }

  sayCount() {
    const count = this.state.total;
    announce(fill(ngettext("%(count)s resource found", "%(count)s resources found", count), { count: number(count) }));
  }

  failed() {
    announce(gettext("The search could not be answered. Please try again."));
  }

  toggle(code) {
    const next = this.categories.toggled(this.state.categories, code);
    this.map.points.hide(this.categories.hiddenTops(next));
    this.map.legend.update(this.categories.hiddenTops(next));
    this.form.set("category", next);
    this.form.submit();
  }

  searchArea({ bbox = "", within = null }) {
    this.form.set("bbox", bbox);
    this.form.set("within", within ? polygonText(within) : "");
    this.map.touched = true;
    this.form.submit();
  }

  addDistrict(district) {
    this.map.popups.close();
    this.form.set("district", [...new Set([...this.form.values("district"), district])]);
    this.map.touched = false;
    this.form.submit();
  }

  show(id, latlng, button) {
    if (this.views.current === "list") this.views.show("map");
    this.list.mark(id);
    this.map.reveal(id, latlng, button);
  }
}

const section = document.querySelector("[data-map]");
copyLinks();
watchPlaceForm();
if (section && document.querySelector("[data-search-form]")) {
  const config = readJson("map-config");
  loadCategories(config.style).then((categories) => {
    const page = new SearchPage(section, config, categories);
    section.dataset.ready = "yes";
    section.searchPage = page;
  });
}
