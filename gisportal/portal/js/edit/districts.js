// Narrows long lists of districts while one types. What is chosen stays in sight.
export function filterDistricts(form) {
  for (const part of form.querySelectorAll("[data-district-filter]")) {
    const labels = [...part.parentElement.querySelectorAll("[data-district]")];
    if (labels.length < 12) continue;
    part.hidden = false;
    const input = part.querySelector("input");
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    input.addEventListener("input", (event) => {
      event.stopPropagation();
      const words = input.value.normalize("NFKC").trim();
      for (const label of labels) {
        label.hidden = Boolean(words) && !label.dataset.district.includes(words) && !label.querySelector("input").checked;
      }
    });
  }
}
