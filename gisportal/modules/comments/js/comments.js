// Entry: the maps of comments: what a search finds, where one comment is, and the place drawn for a new one.
import { readJson } from "../../../portal/js/lib/dom.js";
import { loadCatalogue } from "../../../portal/js/lib/i18n.js";
import { GeometryMap } from "../../../portal/js/map/geometry-map.js";

async function found(map, section) {
  const answer = await fetch(section.dataset.comments, { credentials: "same-origin" });
  if (!answer.ok) {
    map.view.complain(section.dataset.failed);
    return;
  }
  map.show(await answer.json(), {
    words: ({ id, properties }) => ({
      title: properties.name,
      lines: [properties.acted_on, properties.text.slice(0, 100)],
      url: section.dataset.address.replace("/0/", `/${id}/`),
    }),
  });
}

/** A box of the map becomes a condition of the search. */
function boxButton(map, section) {
  const button = document.querySelector("[data-comments-box]");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    button.form.elements.bbox.value = map.bbox;
    button.form.requestSubmit();
  });
  section.dataset.box = "yes";
}

function form(map, section) {
  const drawn = document.querySelector("[data-place-drawn]");
  const typed = document.querySelector("[data-place-typed] input");
  const target = document.querySelector('input[name="target"][value="place"]');
  const keep = (geometry) => {
    drawn.value = geometry ? JSON.stringify(geometry) : "";
    const [lon, lat] = geometry?.type === "Point" ? geometry.coordinates : [];
    typed.value = lat === undefined ? "" : `${lat.toFixed(6)}, ${lon.toFixed(6)}`;
    if (geometry) target.checked = true;
  };
  const actions = {
    point: () => map.draw("point", section.dataset.pointHint, keep),
    polygon: () => map.draw("polygon", section.dataset.areaHint, keep),
    clear: () => { map.show(null); keep(null); },
  };
  for (const button of document.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", () => actions[button.dataset.draw]());
  }
  typed.addEventListener("change", () => { drawn.value = ""; });
  document.querySelector("[data-draw-tools]").hidden = false;
  if (drawn.value) map.show(JSON.parse(drawn.value));
}

async function start(section) {
  await loadCatalogue();
  const map = new GeometryMap(section, readJson("map-config"), {
    label: section.dataset.label, isSmall: section.dataset.kind === "one",
  });
  section.geometryMap = map;
  if (section.dataset.kind === "found") {
    boxButton(map, section);
    await found(map, section);
  }
  if (section.dataset.kind === "one") map.show(readJson("comment-geometry"));
  if (section.dataset.kind === "form") form(map, section);
  section.dataset.ready = "yes";
}

const section = document.querySelector("[data-comments-map]");
if (section) start(section);
