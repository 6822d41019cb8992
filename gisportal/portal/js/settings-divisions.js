// Entry: screens of categories and districts. Every page works without; this adds the picker, the maps and the polling.
import "./lib/htmx.js";
import { readJson } from "./lib/dom.js";
import { loadCatalogue } from "./lib/i18n.js";
import { colourPicker } from "./settings/colour-picker.js";
import { mapConfig } from "./map/config.js";
import { BoundaryEditor } from "./map/boundary-editor.js";
import { ReportMap } from "./map/report-map.js";

const config = () => mapConfig(readJson("map-config"));

async function boundaryEditor(holder) {
  await loadCatalogue();
  holder.boundaryEditor = await BoundaryEditor.load(holder, config(), readJson("boundary-data"));
  holder.dataset.ready = "yes";
}

async function reportMap(section) {
  await loadCatalogue();
  section.reportMap = new ReportMap(section, config(), readJson("boundary-data"));
  section.dataset.ready = "yes";
}

for (const part of document.querySelectorAll("[data-colour-choice]")) colourPicker(part);
for (const part of document.querySelectorAll("[data-boundary-editor]")) boundaryEditor(part);
for (const part of document.querySelectorAll("[data-report-map]")) reportMap(part);
