// Says that something is not saved yet; the browser asks once more when one is about to leave.
export function watchUnsaved(form) {
  const note = form.querySelector("[data-unsaved]");
  let isDirty = Boolean(document.querySelector("[data-error-summary]"));
  let isLeaving = false;
  const show = () => { if (note) note.hidden = !isDirty; };
  const dirty = () => { isDirty = true; show(); };
  form.addEventListener("input", dirty);
  form.addEventListener("change", dirty);
  form.addEventListener("submit", () => { isLeaving = true; });
  form.querySelector("[data-leave]")?.addEventListener("click", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  window.addEventListener("beforeunload", (event) => {
    if (isDirty && !isLeaving) event.preventDefault();
  });
  show();
}
