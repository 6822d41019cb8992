// Entry: maps of uploaded layers, and the form in which their colours are chosen. Every page works without.
import "../../../portal/js/lib/htmx.js";
import { readJson } from "../../../portal/js/lib/dom.js";
import { loadCatalogue } from "../../../portal/js/lib/i18n.js";
import { GeometryMap } from "../../../portal/js/map/geometry-map.js";
import { StoredMap } from "../../../portal/js/map/stored-map.js";

async function start(section) {
  await loadCatalogue();
  const page = readJson("map-config");
  const label = section.dataset.label;
  const told = readJson("map-layer");
  if (told) section.storedMap = new StoredMap(section, page, told, { label });
  else new GeometryMap(section, page, { label, isSmall: true }).show(readJson("map-shapes"));
  section.dataset.ready = "yes";
}

/** What the form says, as a style. */
function styleOf(form) {
  const data = new FormData(form);
  const all = (name) => data.getAll(`rule-${name}`);
  const rules = all("colour").map((colour, place) => ({
    colour, title: all("title")[place], value: all("value")[place],
    min: Number(all("min")[place]), max: Number(all("max")[place]),
  }));
  return {
    kind: data.get("kind"), field: data.get("field") || null, rules,
    other_colour: data.get("has_other") ? data.get("other_colour") : null,
    opacity: Number(data.get("opacity")) / 100, width: Number(data.get("width")),
    radius: Number(data.get("radius")), stroke: data.get("stroke"),
  };
}

function styleForm(form, section) {
  const field = form.elements.field;
  const arrange = () => {
    const kind = new FormData(form).get("kind");
    for (const part of form.querySelectorAll("[data-not-for]")) {
      part.hidden = part.dataset.notFor.split(" ").includes(kind);
    }
    for (const option of field.options) {
      option.disabled = Boolean(option.value) && kind !== "single" && !option.dataset.kinds.split(" ").includes(kind);
    }
    if (field.selectedOptions[0]?.disabled) field.value = "";
  };
  const repaint = () => section?.storedMap?.restyle(styleOf(form));
  form.addEventListener("change", arrange, true);
  form.addEventListener("input", repaint);
  document.body.addEventListener("htmx:configRequest", () => arrange());
  document.body.addEventListener("htmx:afterSettle", repaint);
  for (const part of form.querySelectorAll("[data-without-script]")) part.hidden = true;
  arrange();
}

const section = document.querySelector("[data-datasets-map]");
if (section) start(section);
const form = document.querySelector("[data-style-form]");
if (form) styleForm(form, section);
