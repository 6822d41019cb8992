// Entry: the small map of a detail page.
import { readJson } from "./lib/dom.js";
import { loadCatalogue } from "./lib/i18n.js";
import { categoriesOf } from "./lib/categories.js";
import { printButtons } from "./lib/print.js";
import { mapConfig } from "./map/config.js";
import { DetailMap } from "./map/detail-map.js";

async function start(section) {
  const config = mapConfig(readJson("map-config"));
  const fetching = fetch(config.style, { credentials: "same-origin" }).then((answer) => answer.json()).catch(() => null);
  const [style] = await Promise.all([fetching, loadCatalogue()]);
  section.detailMap = new DetailMap(section, config, categoriesOf(style));
  section.dataset.ready = "yes";
}

printButtons();
const section = document.querySelector("[data-map-detail]");
if (section) start(section);
