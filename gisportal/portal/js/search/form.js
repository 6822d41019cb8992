// The search form: sends itself when something changes, drops empty fields, keeps the address bar the only state.
import { debounce } from "../lib/dom.js";

const TYPING = 500;
const CHOOSING = 150;

export class SearchForm {
  constructor(form) {
    this.form = form;
    this.later = debounce(() => this.submit(), CHOOSING);
    this.afterTyping = debounce(() => this.submit(), TYPING);
    this.listen();
  }

  listen() {
    const { form } = this;
    form.addEventListener("input", (event) => this.isText(event.target) && this.afterTyping());
    form.addEventListener("compositionstart", () => { this.isComposing = true; this.afterTyping.cancel(); });
    form.addEventListener("compositionend", () => { this.isComposing = false; this.afterTyping(); });
    form.addEventListener("change", (event) => this.isText(event.target) || this.isPassive(event.target) || this.later());
    form.addEventListener("submit", () => { this.later.cancel(); this.afterTyping.cancel(); });
    form.addEventListener("htmx:configRequest", (event) => dropEmpty(event.detail));
  }

  isText(target) {
    return target.matches?.("input[type=text], input[type=search], input:not([type])") && !this.isPassive(target);
  }

  /** Fields that belong to another form, or only help to choose. */
  isPassive(target) {
    return target.form !== this.form || target.hasAttribute("data-no-submit");
  }

  submit() {
    if (!this.isComposing) this.form.requestSubmit();
  }

  values(name) {
    return new FormData(this.form).getAll(name).filter(Boolean);
  }

  /** Sets a field to one value or several, in checkboxes where they exist, else in hidden fields. */
  set(name, value) {
    const wanted = [value].flat().filter((each) => each !== null && each !== undefined && each !== "").map(String);
    const left = new Set(wanted);
    for (const field of this.form.elements) {
      if (field.name !== name) continue;
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = left.has(field.value);
        left.delete(field.value);
      } else if (field.type === "hidden") field.disabled = true;
      else if (field.type !== "select-multiple") field.value = wanted[0] ?? "";
    }
    if (this.isShown(name)) return;
    this.form.querySelectorAll(`input[type=hidden][name="${CSS.escape(name)}"]`).forEach((field) => field.remove());
    for (const each of left) this.form.append(hidden(name, each));
  }

  isShown(name) {
    return [...this.form.elements].some((field) => field.name === name
      && !["hidden", "checkbox", "radio"].includes(field.type) && field.type !== "select-multiple");
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

/** Empty fields say nothing and would only lengthen the address. */
function dropEmpty(detail) {
  const { parameters } = detail;
  const form = parameters instanceof FormData ? parameters : detail.formData;
  if (!form) return;
  const kept = [...form.entries()].filter(([key, value]) => value !== "" && key !== "csrfmiddlewaretoken");
  [...new Set([...form.keys()])].forEach((key) => form.delete(key));
  kept.forEach(([key, value]) => form.append(key, value));
}
