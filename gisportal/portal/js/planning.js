// Entry: the choropleth of a crosstab.
import { readJson } from "./lib/dom.js";
import { loadCatalogue } from "./lib/i18n.js";
import { Choropleth } from "./map/choropleth.js";

const section = document.querySelector("[data-choropleth]");
if (section) {
  const load = () => Choropleth.load(section, readJson("choropleth-config"), readJson("map-config"));
  loadCatalogue().then(load).then((map) => {
    section.choropleth = map;
    section.dataset.ready = "yes";
  });
}
