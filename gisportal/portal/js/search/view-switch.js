// List, map or both: links that with JavaScript only change what is shown; kept in the address bar as `view`.

import { isPhone } from "../lib/dom.js";

const layout = () => document.querySelector("[data-search]");

export class ViewSwitch {
  /** `onChange(view)` after a switch. The links come anew with each answer, so clicks are heard on the document. */
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("[data-view-link]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.show(link.dataset.viewLink);
    });
    this.mark();
  }

  get current() {
    return layout().dataset.view;
  }

  show(view) {
    layout().dataset.view = view;
    this.mark();
    this.form.set("view", view);
    replaceParameter("view", view);
    this.onChange(view);
  }

  /** On a phone “both” is the list: there is no room for two. */
  mark() {
    const shown = isPhone() && this.current === "both" ? "list" : this.current;
    for (const link of document.querySelectorAll("[data-view-link]")) {
      if (link.dataset.viewLink === shown) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

/** Changes one parameter of the address bar without a new entry in the history. */
export function replaceParameter(name, value) {
  const url = new URL(location.href);
  if ((url.searchParams.get(name) ?? "") === (value ?? "")) return;
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  history.replaceState(history.state, "", url);
}
