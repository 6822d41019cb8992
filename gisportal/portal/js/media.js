// Entry: the page on which photos and files are added. Without it the page works with one file to a row.
import { loadCatalogue } from "./lib/i18n.js";
import { MediaForm } from "./media/form.js";

async function start(forms) {
  await loadCatalogue();
  for (const form of forms) new MediaForm(form);
  document.querySelector("[data-media-page]").dataset.ready = "yes";
}

/** After a move one goes on with the same arrow, or with the row where that arrow has come to its end. */
function focusTarget() {
  const target = document.getElementById(window.location.hash.slice(1));
  if (!target || target.matches("section")) return;
  (target.disabled ? target.closest("[data-media-kept]") : target).focus();
}

const summary = document.querySelector("[data-error-summary]");
if (summary) summary.focus();
// Once the page has loaded: going to the fragment, the browser itself takes the focus away.
else if (document.readyState === "complete") focusTarget();
else window.addEventListener("load", () => setTimeout(focusTarget));
start(document.querySelectorAll("[data-media-form]"));
