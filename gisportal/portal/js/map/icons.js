// Line icons of the map's buttons, drawn as SVG elements (no markup strings, no icon font).
const PATHS = {
  here: ["M12 3v3M12 18v3M3 12h3M18 12h3", "M12 7a5 5 0 1 0 0 10a5 5 0 1 0 0-10z"],
  reset: ["M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"],
  polygon: ["M5 8l8-4 7 7-4 9-10-3z", "M5 8m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0"],
  pick: ["M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z", "M12 7.5v5M9.5 10h5"],
  ruler: ["M3 16L16 3l5 5L8 21z", "M7 12l2 2M10 9l2 2M13 6l2 2"],
  legend: ["M4 6h3v3H4zM4 15h3v3H4zM11 7.5h9M11 16.5h9"],
  close: ["M6 6l12 12M18 6L6 18"],
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const attributes = {
    viewBox: "0 0 24 24", width: 24, height: 24, fill: "none", stroke: "currentColor", "stroke-width": 2,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false",
  };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of PATHS[name] ?? []) {
    const path = document.createElementNS(svg.namespaceURI, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
