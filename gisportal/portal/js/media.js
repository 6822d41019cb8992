// Entry: the page on which photos and files are added. Without it the page works with one file to a row.
import { loadCatalogue } from "./lib/i18n.js";
import { MediaForm } from "./media/form.js";

async function start(forms) {
  await loadCatalogue();
  for (const form of forms) new MediaForm(form);
  document.querySelector("[data-media-page]").dataset.ready = "yes";
}

document.querySelector("[data-error-summary]")?.focus();
start(document.querySelectorAll("[data-media-form]"));
