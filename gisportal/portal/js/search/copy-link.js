// “Copy link”: the search as it stands, without the person's point.
import { announce } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { hasPlace, shareable } from "../lib/url.js";

export function copyLinks() {
  for (const button of document.querySelectorAll("[data-copy-link]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const isStripped = hasPlace(location.search);
  const link = shareable(location.href);
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    if (!copyBySelection(link)) {
      announce(gettext("The link could not be copied. Copy it from the address bar."));
      return;
    }
  }
  button.dataset.copied = link;
  announce(isStripped
    ? gettext("Link copied. The searched place is not part of it.")
    : gettext("Link copied."));
}

/** Without a secure context (plain http in an office network) there is no clipboard API. */
function copyBySelection(text) {
  const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}
