// The search form: sends itself when something changes, drops empty fields, keeps the address bar the only state.
import { debounce } from "../lib/dom.js";
import htmx from "../lib/htmx.js";

const TYPING = 500;
const CHOOSING = 150;

export class SearchForm {
  constructor(form) {
    this.form = form;
    this.later = debounce(() => this.submit(), CHOOSING);
    this.afterTyping = debounce(() => this.submit(), TYPING);
    this.enhance();
    this.listen();
  }

  /** Without JavaScript the form loads a page; with it only the results, and the server names the new address. */
  enhance() {
    const attributes = {
      "hx-get": this.form.action, "hx-target": "#results", "hx-swap": "outerHTML", "hx-sync": "this:replace",
    };
    for (const [name, value] of Object.entries(attributes)) this.form.setAttribute(name, value);
    htmx.process(this.form);
  }

  listen() {
    const { form } = this;
    form.addEventListener("input", (event) => this.isText(event.target) && this.afterTyping());
    form.addEventListener("compositionstart", () => { this.isComposing = true; this.afterTyping.cancel(); });
    form.addEventListener("compositionend", () => { this.isComposing = false; this.afterTyping(); });
    form.addEventListener("change", (event) => this.isText(event.target) || this.later());
    form.addEventListener("submit", () => { this.later.cancel(); this.afterTyping.cancel(); });
    form.addEventListener("htmx:configRequest", (event) => dropEmpty(event.detail));
  }

  isText(target) {
    return target.matches?.("input[type=text], input[type=search], input:not([type])");
  }

  submit() {
    if (!this.isComposing) this.form.requestSubmit();
  }

  values(name) {
    return new FormData(this.form).getAll(name).filter(Boolean);
  }

  /** Sets a parameter to one value or several, in checkboxes where they exist, else in hidden fields. */
  set(name, value) {
    const left = new Set([value].flat().filter((each) => each !== null && each !== undefined && each !== "").map(String));
    for (const field of [...this.form.elements].filter((each) => each.name === name)) {
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = left.has(field.value);
        left.delete(field.value);
      } else if (field.type === "hidden") field.remove();
      else {
        field.value = [...left][0] ?? "";
        left.clear();
      }
    }
    for (const each of left) this.form.append(hidden(name, each));
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

/** Empty fields say nothing and would only lengthen the address. */
function dropEmpty(detail) {
  const data = detail.formData;
  const kept = [...data.entries()].filter(([_key, value]) => value !== "");
  [...new Set(data.keys())].forEach((key) => data.delete(key));
  kept.forEach(([key, value]) => data.append(key, value));
}
