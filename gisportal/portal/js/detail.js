// Entry: the small map of a detail page.
import { readJson } from "./lib/dom.js";
import { categoriesOf } from "./lib/categories.js";
import { DetailMap } from "./map/detail-map.js";

async function start(section) {
  const config = readJson("map-config");
  const style = await fetch(config.style, { credentials: "same-origin" }).then((answer) => answer.json()).catch(() => null);
  section.detailMap = new DetailMap(section, config, categoriesOf(style));
  section.dataset.ready = "yes";
}

const section = document.querySelector("[data-map-detail]");
if (section && section.dataset.lat) start(section);
