import assert from "node:assert/strict";
import { test } from "node:test";

import { formatPosition, hasPlace, metres, parseBounds, parsePosition, polygonPoints, polygonText, shareable }
  from "../../../gisportal/portal/js/lib/url.js";

const PAGE = "https://portal.example/resources/";

test("a link without a place is copied as it stands", () => {
  assert.equal(shareable(`${PAGE}?q=%E5%9B%B3&at=34.3,134.0,12#r5`), `${PAGE}?q=%E5%9B%B3&at=34.3,134.0,12`);
});

test("nothing that points at a person is copied", () => {
  const link = shareable(`${PAGE}?q=a&place=t0k3n&radius=1000&serves=place&sort=distance&at=34.3,134.0,16&view=map`);
  assert.equal(link, `${PAGE}?q=a&view=map`);
  assert.equal(shareable(`${PAGE}?near=34.3,134.0&radius=500`), PAGE);
  assert.equal(shareable(`${PAGE}?address=x&category=aed`), `${PAGE}?category=aed`);
});

test("another order than distance stays in the copied link", () => {
  assert.equal(shareable(`${PAGE}?place=x&sort=name`), `${PAGE}?sort=name`);
});

test("a place is recognised in every form", () => {
  assert.ok(hasPlace("place=a") && hasPlace("near=1,2") && hasPlace("address=b"));
  assert.ok(!hasPlace("q=place&place="));
});

test("positions and boxes are read strictly", () => {
  assert.deepEqual(parsePosition("34.34,134.05,14"), { lat: 34.34, lon: 134.05, zoom: 14 });
  for (const wrong of ["", null, "34.3,134", "a,b,c", "95,0,3", "34,134,99"]) assert.equal(parsePosition(wrong), null);
  assert.deepEqual(parseBounds("133.9,34.1,134.3,34.5"), [133.9, 34.1, 134.3, 34.5]);
  for (const wrong of ["", undefined, "1,2,3", "1,2,3,x"]) assert.equal(parseBounds(wrong), null);
  assert.equal(formatPosition(34.3412345, 134.05, 15), "34.34123,134.05000,15");
});

test("a polygon is closed, longitude first, and read back", () => {
  const text = polygonText([[134, 34], [134.1, 34], [134.1, 34.1]]);
  assert.equal(text, "POLYGON((134.00000 34.00000,134.10000 34.00000,134.10000 34.10000,134.00000 34.00000))");
  assert.deepEqual(polygonPoints(text).at(1), [134.1, 34]);
  assert.equal(polygonPoints("LINESTRING(0 0,1 1)"), null);
});

test("distances are written for people", () => {
  assert.equal(metres(84.6), "85 m");
  assert.equal(metres(1234), "1.23 km");
  assert.equal(metres(12_340), "12.3 km");
});
