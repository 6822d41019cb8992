// Entry: the form of an entry. Without this script the form works too; it adds the map, the candidates of an address,
// the parts that only concern some choices, and a word about what is not saved yet.
import { readJson } from "./lib/dom.js";
import { loadCatalogue } from "./lib/i18n.js";
import { proposeCandidates } from "./edit/candidates.js";
import { filterDistricts } from "./edit/districts.js";
import { showWhatConcerns } from "./edit/parts.js";
import { watchUnsaved } from "./edit/unsaved.js";
import { AreaMap } from "./map/area-map.js";
import { mapConfig } from "./map/config.js";
import { PinMap } from "./map/pin-map.js";

function reloadOnCategory(form) {
  const button = form.querySelector("[data-reload]");
  if (!button) return;
  button.form.elements.category.addEventListener("change", () => form.requestSubmit(button));
}

function startMaps(form, config) {
  const section = form.querySelector("[data-place-map]");
  const { lat, lon, zone, pin_origin: origin } = form.elements;
  const pin = section && lat ? new PinMap(section, config, { lat, lon, zone, origin }) : null;
  if (pin) section.pinMap = pin;
  proposeCandidates(form, config, pin);
  const areaSection = form.querySelector("[data-area-map]");
  if (areaSection) areaSection.areaMap = new AreaMap(areaSection, config, form.elements.service_geom);
}

async function start(form) {
  document.querySelector("[data-error-summary]")?.focus();
  watchUnsaved(form);
  filterDistricts(form);
  reloadOnCategory(form);
  await loadCatalogue();
  startMaps(form, mapConfig(readJson("map-config")));
  showWhatConcerns(form);
  for (const section of form.querySelectorAll("[data-map]")) section.dataset.ready = "yes";
}

const form = document.querySelector("[data-edit-form]");
if (form) start(form);
