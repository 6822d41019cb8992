// One file to be added: its preview, its texts, its errors.
import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

const PREVIEW = 320;

export class MediaRow {
  constructor(template, prefix, file, onDrop) {
    this.prefix = prefix;
    this.file = file;
    this.element = renamed(template.content.firstElementChild.cloneNode(true), prefix);
    this.element.querySelector('[data-field="file"] label').hidden = true;
    this.element.querySelector('[data-field="file"] input').remove();
    const name = this.element.querySelector("[data-media-name]");
    name.hidden = false;
    name.textContent = `${file.name} (${sized(file.size)})`;
    this.bar = this.element.querySelector("[data-media-bar]");
    this.element.querySelector("[data-media-drop]").addEventListener("click", () => onDrop(this));
    this.preview();
  }

  /** Drawn, not linked: nothing of the file leaves the page before it is sent. A file that is no picture has none. */
  async preview() {
    if (!this.file.type.startsWith("image/")) return;
    try {
      const bitmap = await createImageBitmap(this.file);
      const canvas = this.element.querySelector("[data-media-preview]");
      const scale = Math.min(1, PREVIEW / Math.max(bitmap.width, bitmap.height));
      canvas.width = Math.max(1, Math.round(bitmap.width * scale));
      canvas.height = Math.max(1, Math.round(bitmap.height * scale));
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      bitmap.close();
      canvas.hidden = false;
    } catch {
      // The server says what is wrong with it.
    }
  }

  focus() {
    this.element.querySelector("input:not([type=hidden]), select").focus();
  }

  /** The first control with an error; where the file itself is wrong, the button that drops it. */
  focusError() {
    const wrong = this.element.querySelector('[aria-invalid="true"]');
    (wrong ?? this.element.querySelector("[data-media-drop]")).focus();
  }

  /** Sends the file and its texts; true when it was saved. */
  send(form) {
    this.showErrors({});
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("kind", form.elements.kind.value);
    for (const control of this.element.querySelectorAll("[name]")) {
      if (control.type !== "checkbox" || control.checked) body.append(control.name, control.value);
    }
    body.append(`${this.prefix}-file`, this.file);
    return this.request(body);
  }

  request(body) {
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open("POST", window.location.pathname);
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) this.bar.value = (event.loaded / event.total) * 100;
      });
      request.addEventListener("loadend", () => {
        this.bar.hidden = true;
        resolve(this.answered(request));
      });
      this.bar.hidden = false;
      request.send(body);
    });
  }

  answered(request) {
    if (request.status === 201) return true;
    const broken = { file: [gettext("It could not be sent. Check the connection and save again.")] };
    this.showErrors(request.status === 422 ? (parsed(request)?.[this.prefix] ?? broken) : broken);
    return false;
  }

  showErrors(errors) {
    for (const list of this.element.querySelectorAll("[data-errors]")) {
      const texts = errors[list.dataset.errors] ?? [];
      const field = list.closest("[data-field]");
      const control = field.querySelector("input, select");
      list.replaceChildren(...texts.map((text) => el("li", {}, text)));
      list.hidden = !texts.length;
      field.classList.toggle("has-error", texts.length > 0);
      if (texts.length) control?.setAttribute("aria-invalid", "true");
      else control?.removeAttribute("aria-invalid");
      if (texts.length) list.closest("details")?.setAttribute("open", "");
    }
  }
}

/** Bytes for reading. */
function sized(bytes) {
  return bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A copy of the template's row under its own names. */
function renamed(element, prefix) {
  const old = element.dataset.mediaNew;
  element.dataset.mediaNew = prefix;
  for (const each of element.querySelectorAll("*")) {
    for (const attribute of ["id", "name", "for", "aria-describedby"]) {
      const value = each.getAttribute(attribute);
      if (value?.includes(old)) each.setAttribute(attribute, value.replaceAll(old, prefix));
    }
  }
  return element;
}

function parsed(request) {
  try {
    return JSON.parse(request.responseText).errors;
  } catch {
    return null;
  }
}
