// Pins: a shape and a colour, never colour alone (frontend notes §3). One outline for canvas and SVG.

const polygon = (sides, turn, stretch = 1) =>
  Array.from({ length: sides }, (_unused, index) => {
    const angle = turn + (index * 2 * Math.PI) / sides;
    return [stretch * Math.cos(angle), stretch * Math.sin(angle)];
  });

const UP = -Math.PI / 2;

function star() {
  return Array.from({ length: 10 }, (_unused, index) => {
    const angle = UP + (index * Math.PI) / 5;
    const reach = index % 2 ? 0.52 : 1.18;
    return [reach * Math.cos(angle), reach * Math.sin(angle)];
  });
}

const CROSS = [
  [-0.38, -1], [0.38, -1], [0.38, -0.38], [1, -0.38], [1, 0.38], [0.38, 0.38],
  [0.38, 1], [-0.38, 1], [-0.38, 0.38], [-1, 0.38], [-1, -0.38], [-0.38, -0.38],
];

/** Outlines within about the unit circle; `circle` has none and is drawn as an arc. */
const OUTLINES = {
  square: polygon(4, Math.PI / 4, 1.2),
  diamond: polygon(4, UP, 1.22),
  triangle: polygon(3, UP, 1.25),
  pentagon: polygon(5, UP, 1.1),
  hexagon: polygon(6, UP, 1.08),
  star: star(),
  cross: CROSS,
};

/** Traces a shape of radius `radius` around (x, y) on a canvas. */
export function trace(context, shape, x, y, radius) {
  context.beginPath();
  const outline = OUTLINES[shape];
  if (!outline) {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([dx, dy], index) => {
    context[index ? "lineTo" : "moveTo"](x + dx * radius, y + dy * radius);
  });
  context.closePath();
}

/** The same shape as a small SVG picture for legends; decorative, the text beside it names it. */
export function svgShape(shape, colour, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({
    viewBox: "-1.6 -1.6 3.2 3.2", width: size, height: size, "aria-hidden": "true", focusable: "false",
  })) svg.setAttribute(name, value);
  const outline = OUTLINES[shape];
  const part = document.createElementNS(svg.namespaceURI, outline ? "polygon" : "circle");
  if (outline) part.setAttribute("points", outline.map((point) => point.join(",")).join(" "));
  else part.setAttribute("r", "1");
  part.setAttribute("fill", colour);
  svg.append(part);
  return svg;
}
