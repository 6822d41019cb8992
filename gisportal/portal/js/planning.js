// Entry: the choropleth of a crosstab.
import { readJson } from "./lib/dom.js";
import { Choropleth } from "./map/choropleth.js";

const section = document.querySelector("[data-choropleth]");
if (section) {
  Choropleth.load(section, readJson("choropleth-config"), readJson("map-config")).then((map) => {
    section.choropleth = map;
    section.dataset.ready = "yes";
  });
}
