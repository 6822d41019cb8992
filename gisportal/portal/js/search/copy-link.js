// “Link to copy”: the search as it stands, without the person's point. Without JavaScript it is a link to that address.
import { announce } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { hasPlace, shareable } from "../lib/url.js";

export function copyLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-copy-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    copy(link);
  });
}

async function copy(link) {
  const address = shareable(location.href);
  const isDone = await write(address);
  if (!isDone) {
    say(link, gettext("The link could not be copied. Copy it from the address bar."));
    return;
  }
  link.dataset.copied = address;
  say(link, hasPlace(location.search)
    ? gettext("Link copied. The searched place is not part of it.")
    : gettext("Link copied."));
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text);
  }
}

/** Without a secure context (plain http in an office network) there is no clipboard API. */
function writeBySelection(text) {
  const given = { value: text, readOnly: true, className: "visually-hidden" };
  const field = Object.assign(document.createElement("textarea"), given);
  document.body.append(field);
  field.select();
  const isDone = document.execCommand("copy");
  field.remove();
  return isDone;
}

/** For eyes beside the link, for ears through the status region. */
function say(link, text) {
  announce(text);
  const before = link.dataset.title ?? link.textContent;
  link.dataset.title = before;
  link.textContent = text;
  setTimeout(() => { link.textContent = before; }, 4000);
}
