// The browser's own colour picker beside the text field that holds the value; each follows the other.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

const HEX = /^#[0-9a-f]{6}$/i;

export function colourPicker(part) {
  const text = part.querySelector('[name="colour"]');
  const picker = el("input", { type: "color", "aria-label": gettext("Choose a colour"), "data-colour-picker": true });
  const line = el("div", { class: "colour-line" });
  text.replaceWith(line);
  line.append(text, picker);
  const follow = () => {
    if (HEX.test(text.value)) picker.value = text.value.toLowerCase();
  };
  follow();
  text.addEventListener("input", follow);
  picker.addEventListener("input", (event) => {
    event.stopPropagation(); // the text field tells the form
    text.value = picker.value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
