// The person's point is posted, never put into an address (design §2): the page's own form carries it.

/** Posts a point (degrees) as the place to search from; the server answers with a redirect to the search. */
export function searchFrom(latlng, radius) {
  const form = document.querySelector("[data-place-form]");
  if (!form) return;
  fillIn(form, "lat", latlng.lat.toFixed(6));
  fillIn(form, "lon", latlng.lng.toFixed(6));
  fillIn(form, "address", "");
  if (radius && !form.elements.radius?.value) fillIn(form, "radius", radius);
  keepSearch(form);
  HTMLFormElement.prototype.submit.call(form);
}

/** An address typed into the page's form takes the conditions of the search along as they are now. */
export function watchPlaceForm() {
  for (const form of document.querySelectorAll("[data-place-form]")) {
    form.addEventListener("submit", () => keepSearch(form));
  }
}

/** `next`: the search to return to, without the old point and its place on the map. */
function keepSearch(form) {
  if (!form.elements.next) return;
  const url = new URL(location.href);
  ["place", "near", "address", "at", "page"].forEach((key) => url.searchParams.delete(key));
  form.elements.next.value = `${url.pathname}${url.search}`;
}

function fillIn(form, name, value) {
  let field = form.elements[name];
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
}
