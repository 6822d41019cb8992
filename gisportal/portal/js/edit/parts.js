// Shows only what concerns the choices made: districts for "districts", the map for "drawn area", dates for an end.
const CONCERNS = {
  service_districts: ({ area }) => area === "districts",
  service_geom: ({ area }) => area === "polygon",
  suspended_on: ({ operation }) => operation === "suspended" || operation === "closed",
  closed_on: ({ operation }) => operation === "closed",
  successor: ({ operation }) => operation === "closed",
};

export function showWhatConcerns(form) {
  const refresh = () => {
    const chosen = { area: form.elements.service_area?.value ?? "", operation: form.elements.operation?.value ?? "" };
    for (const [key, concerns] of Object.entries(CONCERNS)) {
      const field = form.querySelector(`[data-field="${key}"]`);
      if (!field) continue;
      field.hidden = !concerns(chosen) && !field.querySelector("[aria-invalid], [id$='-error']");
      if (key === "service_geom") {
        const map = form.querySelector("[data-area-map]");
        map.hidden = field.hidden;
        if (!field.hidden) map.areaMap?.show();
      }
    }
  };
  form.addEventListener("change", refresh);
  refresh();
}
