// The person's point is posted, never put into an address (design §2): the page's own form carries it.

/**
 * Posts a point (degrees) as the place to search from; the server answers with a redirect to the search.
 * `origin`: "here" for the browser's own position.
 */
export function searchFrom(latlng, { radius = 1000, origin = "" } = {}) {
  const form = document.querySelector("[data-place-form]");
  if (!form) return;
  fillIn(form, "lat", latlng.lat.toFixed(6));
  fillIn(form, "lon", latlng.lng.toFixed(6));
  form.elements.address.disabled = true;
  fillIn(form, "origin", origin);
  if (radius && !form.elements.radius.value) form.elements.radius.value = String(radius);
  form.submit();
}

/** An address takes along the conditions of the search as they are now, not as they were when the page came. */
export function keepConditions(query) {
  const params = new URLSearchParams(query);
  ["place", "near", "address", "radius", "serves", "at", "page"].forEach((key) => params.delete(key));
  const field = document.querySelector("[data-place-form]")?.elements.query;
  if (field) field.value = params.toString();
}

function fillIn(form, name, value) {
  let field = form.elements[name];
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name });
    form.append(field);
  }
  field.value = value;
}
