// Where an address may be: asked of our own geocoder by POST, listed with the level of match and shown on the map.
import { announce, debounce, el } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";

const LEVELS = {
  prefecture: () => gettext("prefecture only"),
  city: () => gettext("city only"),
  town: () => gettext("matches to the town"),
  chome: () => gettext("matches to the chome"),
  koaza: () => gettext("matches to the koaza"),
  block: () => gettext("matches to the block"),
  number: () => gettext("matches to the number"),
};
const COARSE = new Set(["prefecture", "city"]);

async function ask(url, address) {
  const answer = await fetch(url, {
    method: "POST", credentials: "same-origin", headers: { Accept: "application/json" },
    body: new URLSearchParams({ q: address, limit: "5" }),
  });
  return answer.ok ? (await answer.json()).candidates : [];
}

/** `pin`: the PinMap, or null where the place is not this person's to change. */
export function proposeCandidates(form, config, pin) {
  const box = form.querySelector("[data-candidates]");
  const { address } = form.elements;
  if (!box || !address || !pin) return;
  const list = box.querySelector("[data-candidates-list]");
  let asked = address.value.trim();

  function choose(candidate) {
    pin.put([candidate.lat, candidate.lon], "geocoded");
    pin.view.map.setView([candidate.lat, candidate.lon], 17, { animate: false });
    announce(fill(gettext("The pin stands at %(address)s now."), { address: candidate.address }));
  }

  function show(found) {
    const useful = found.filter((candidate) => !COARSE.has(candidate.level));
    pin.showCandidates(useful, choose);
    list.replaceChildren(...useful.map((candidate, index) => el("li", {},
      el("button", { type: "button", class: "button button-small", onclick: () => choose(candidate) },
        `${index + 1}. ${candidate.address} (${LEVELS[candidate.level]?.() ?? candidate.level})`))));
    if (!useful.length) list.replaceChildren(el("li", {}, gettext("No place is known for this address; put the pin on the map.")));
    announce(fill(ngettext("%(count)s candidate", "%(count)s candidates", useful.length), { count: useful.length }));
  }

  async function propose() {
    asked = address.value.trim();
    if (asked.length < 3) return;
    try {
      show(await ask(config.geocode, asked));
    } catch {
      list.replaceChildren(el("li", {}, gettext("The address cannot be looked up now.")));
    }
  }

  const later = debounce(() => { if (address.value.trim() !== asked) propose(); }, 700);
  address.addEventListener("input", later);
  box.querySelector("[data-candidates-ask]").addEventListener("click", propose);
  box.hidden = false;
}
