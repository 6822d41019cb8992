// The viewer of `manage.py export_pmtiles`: one file beside an archive, on any host that answers byte ranges.
// What it shows stands in the page as JSON: style, legend, names of fields, words. Nothing is asked of any other host.
import { Map, NavigationControl, ScaleControl, addProtocol, setWorkerUrl } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs";

const told = JSON.parse(document.querySelector("[data-map-told]").textContent);
const SHOWN_AT_MOST = 200;

function addressed(style) {
  const protocol = new Protocol();
  addProtocol("pmtiles", protocol.tile);
  const address = new URL(told.archive, document.baseURI).href;
  protocol.add(new PMTiles(address));
  const sources = { city: { ...style.sources.city, url: `pmtiles://${address}` } };
  return { ...style, sources };
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Features in view by name, each once: a feature near an edge stands in two tiles. */
function inView(map) {
  const found = {};
  for (const feature of map.queryRenderedFeatures({ layers: told.listed })) {
    if (feature.properties.name) found[`${feature.layer.id} ${feature.id}`] = feature;
  }
  return Object.values(found).sort((a, b) => a.properties.name.localeCompare(b.properties.name, told.lang));
}

function facts(feature) {
  const list = element("dl");
  for (const [key, title] of told.fields) {
    const value = feature.properties[key];
    if (value === undefined || value === "") continue;
    const shown = told.choices[key]?.[value] ?? String(value);
    const content = /^https?:\/\//.test(shown) ? element("a", { href: shown, rel: "noopener" }, shown) : shown;
    list.append(element("dt", {}, title), element("dd", {}, content));
  }
  return list;
}

/** Leaves out the categories that are not ticked: as entries, and in the numbers of those put together. */
function filterBy(map) {
  const boxes = [...document.querySelectorAll("[data-codes]")].filter((box) => !box.checked);
  const codes = boxes.flatMap((box) => JSON.parse(box.dataset.codes));
  const rest = ["!", ["in", ["coalesce", ["get", "category"], ""], ["literal", codes]]];
  const left = ["-", ["get", "count"], ["+", 0, ...boxes.map((box) => ["coalesce", ["get", `c_${box.dataset.top}`], 0])]];
  const isLeft = [">", left, 0];
  for (const layer of told.style.layers) {
    if (!told.ruled.includes(layer.id)) continue;
    const isMany = /-(clusters|counts)$/.test(layer.id);
    map.setFilter(layer.id, ["all", layer.filter ?? true, isMany ? isLeft : rest]);
    if (layer.id.endsWith("-counts")) map.setLayoutProperty(layer.id, "text-field", ["to-string", left]);
  }
}

function start() {
  setWorkerUrl(URL.createObjectURL(new Blob([worker], { type: "text/javascript" })));
  const [west, south, east, north] = told.bounds;
  const map = new Map({
    container: document.querySelector("[data-map]"),
    style: addressed(told.style),
    bounds: [[west, south], [east, north]],
    fitBoundsOptions: { padding: 24 },
    maxZoom: 19,
    attributionControl: { compact: false },
    locale: told.words,
  });
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "top-left");
  const list = document.querySelector("[data-list]");
  const count = document.querySelector("[data-count]");
  const details = document.querySelector("[data-details]");
  function tell(feature) {
    details.replaceChildren(element("h2", { tabindex: "-1" }, feature.properties.name), facts(feature));
    details.querySelector("h2").focus();
  }

  function showList() {
    const features = inView(map);
    count.textContent = told.words.found.replace("%d", features.length.toLocaleString(told.lang));
    list.replaceChildren(
      ...features.slice(0, SHOWN_AT_MOST).map((feature) => {
        const button = element("button", { type: "button" }, feature.properties.name);
        button.addEventListener("click", () => tell(feature));
        return element("li", {}, button);
      }),
    );
  }

  for (const box of document.querySelectorAll("[data-codes]")) box.addEventListener("change", () => filterBy(map));
  for (const box of document.querySelectorAll("[data-layers]")) {
    const show = () => {
      for (const id of JSON.parse(box.dataset.layers)) {
        map.setLayoutProperty(id, "visibility", box.checked ? "visible" : "none");
      }
    };
    box.addEventListener("change", show);
    map.once("load", show);
  }
  map.on("idle", showList);
  map.on("click", (event) => {
    const around = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
    const [feature] = map.queryRenderedFeatures(around, { layers: told.listed });
    if (feature?.properties.name) tell(feature);
  });
  map.on("error", (event) => {
    const notice = document.querySelector("[data-notice]");
    notice.hidden = false;
    notice.textContent = told.words.failed;
    console.error(event.error);
  });
  map.once("idle", () => document.documentElement.setAttribute("data-ready", ""));
}

start();
