// House rules of the browser code (style guide 21–24).
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../gisportal/portal/js");
const FILES = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js"))
  .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(path.join(ROOT, name), "utf8") }));

test("only js/map/leaflet.js imports Leaflet", () => {
  const importing = FILES.filter(({ text }) => /from "leaflet/.test(text)).map(({ name }) => name);
  assert.deepEqual(importing, ["map/leaflet.js"]);
  const outside = FILES.filter(({ name, text }) => !name.startsWith("map/") && /map\/leaflet\.js/.test(text));
  assert.deepEqual(outside.map(({ name }) => name), []);
});

test("nothing enters the page as markup, and nothing is evaluated", () => {
  const risky = /innerHTML|insertAdjacentHTML|outerHTML\s*=|document\.write|\beval\(|new Function|hx-on/;
  assert.deepEqual(FILES.filter(({ text }) => risky.test(text)).map(({ name }) => name), []);
});

test("a person's point is kept in no storage of the browser", () => {
  const storing = FILES.filter(({ text }) => /localStorage|sessionStorage|document\.cookie/.test(text));
  assert.deepEqual(storing.map(({ name }) => name), ["map/base-map.js"]);
});

test("files stay short", () => {
  const long = FILES.filter(({ text }) => text.split("\n").length > 400);
  assert.deepEqual(long.map(({ name }) => name), []);
});
