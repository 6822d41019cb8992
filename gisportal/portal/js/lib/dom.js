// Small helpers around the document. Text always enters by textContent, never as markup.

/** Makes an element: el("button", {type: "button", class: "x", onclick: fn}, "text", child …). */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** The JSON that Django's json_script left in the page, or null. */
export function readJson(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent) : null;
}

/** Calls `action` once things have been quiet for `wait` ms. */
export function debounce(action, wait) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), wait);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

function statusRegion() {
  let status = document.querySelector("[data-status]");
  if (!status) {
    status = el("p", { class: "visually-hidden", role: "status", "aria-live": "polite", "data-status": true });
    (document.querySelector("main") ?? document.body).append(status);
  }
  return status;
}

/** Says something politely to whoever listens; the same text twice is said twice. */
export function announce(text) {
  const status = statusRegion();
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
}

export const prefersReducedMotion = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** As in search.css: list and map do not stand side by side. */
export const isPhone = () => window.matchMedia("(max-width: 61.99em)").matches;
