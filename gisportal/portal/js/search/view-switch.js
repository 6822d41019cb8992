// List, map or both: buttons that only change what is shown; kept in the address bar as `view`.

/** `onChange(view)` after a switch. */
export function viewSwitch(form, onChange) {
  const layout = document.querySelector("[data-search-layout]");
  const buttons = [...document.querySelectorAll("[data-view-switch] [data-view]")];
  if (!layout || !buttons.length) return { show() {} };
  const show = (view) => {
    layout.dataset.view = view;
    for (const button of buttons) {
      const name = button instanceof HTMLAnchorElement ? "aria-current" : "aria-pressed";
      button.setAttribute(name, String(button.dataset.view === view));
    }
    onChange(view);
  };
  for (const button of buttons) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      show(button.dataset.view);
      form?.set("view", button.dataset.view);
      replaceParameter("view", button.dataset.view);
    });
  }
  return { show, get current() { return layout.dataset.view; } };
}

/** Changes one parameter of the address bar without a new entry in the history. */
export function replaceParameter(name, value) {
  const url = new URL(location.href);
  if (value) url.searchParams.set(name, value);
  else url.searchParams.delete(name);
  history.replaceState(history.state, "", url);
}
