// Names on the map: one canvas over the whole view, so that a name is never cut at a tile's edge and no two overlap.
import L from "./leaflet.js";

/** The one label layer of a map; whoever has names adds a collector to it. */
export function labelsOf(map) {
  if (!map.gisportalLabels) map.gisportalLabels = new LabelLayer().addTo(map);
  return map.gisportalLabels;
}

const LabelLayer = L.Layer.extend({
  options: { pane: "labels" },

  initialize() {
    this._collectors = new Map();
  },

  /** `collect(map, has)` answers [{latlng, text, font, colour, halo, priority, dot}] for the view; `has(name)` tells
   *  whether another collector is at work. */
  add(name, collect) {
    this._collectors.set(name, collect);
    this.refresh();
  },

  remove(name) {
    this._collectors.delete(name);
    this.refresh();
  },

  onAdd(map) {
    if (!map.getPane("labels")) {
      const pane = map.createPane("labels");
      pane.style.zIndex = 440;
      pane.style.pointerEvents = "none";
    }
    this._canvas = L.DomUtil.create("canvas", "map-labels leaflet-zoom-hide", this.getPane());
    this._soon = L.Util.throttle(this._draw, 120, this);
    map.on("moveend zoomend resize viewreset", this._draw, this);
    this._draw();
  },

  onRemove(map) {
    map.off("moveend zoomend resize viewreset", this._draw, this);
    this._canvas.remove();
    this._canvas = null;
  },

  /** Something arrived: draw again, but not for every tile. */
  refresh() {
    if (this._canvas) this._soon();
  },

  _draw() {
    if (!this._canvas || !this._map) return;
    const size = this._map.getSize();
    const ratio = window.devicePixelRatio || 1;
    this._canvas.width = size.x * ratio;
    this._canvas.height = size.y * ratio;
    this._canvas.style.width = `${size.x}px`;
    this._canvas.style.height = `${size.y}px`;
    L.DomUtil.setPosition(this._canvas, this._map.containerPointToLayerPoint([0, 0]));
    const context = this._canvas.getContext("2d");
    context.scale(ratio, ratio);
    const taken = [];
    const has = (name) => this._collectors.has(name);
    const labels = [...this._collectors.values()].flatMap((collect) => collect(this._map, has));
    labels.sort((one, other) => other.priority - one.priority);
    for (const label of labels) this._place(context, label, taken);
  },

  _place(context, label, taken) {
    const point = this._map.latLngToContainerPoint(label.latlng);
    context.font = label.font;
    const half = context.measureText(label.text).width / 2 + 3;
    const lift = label.dot ? 11 : 0;
    const box = [point.x - half, point.y - lift - 9, point.x + half, point.y - lift + 9];
    if (taken.some((other) => overlap(box, other))) return;
    taken.push(box);
    if (label.dot) this._dot(context, point, label.colour);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    context.strokeStyle = label.halo;
    context.strokeText(label.text, point.x, point.y - lift);
    context.fillStyle = label.colour;
    context.fillText(label.text, point.x, point.y - lift);
  },

  _dot(context, point, colour) {
    context.beginPath();
    context.rect(point.x - 3, point.y - 3, 6, 6);
    context.fillStyle = "#fff";
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = colour;
    context.stroke();
  },
});

const overlap = (one, other) =>
  one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
