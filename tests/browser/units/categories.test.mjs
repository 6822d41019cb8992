import assert from "node:assert/strict";
import { test } from "node:test";

import { Categories, categoriesOf } from "../../../gisportal/portal/js/lib/categories.js";
import { classOf } from "../../../gisportal/portal/js/lib/classes.js";

const RECORDS = [
  { code: "medical", parent: null }, { code: "hospital", parent: "medical" },
  { code: "child", parent: null }, { code: "nursery", parent: "child" }, { code: "night", parent: "nursery" },
  { code: "aed", parent: null },
];
const tree = new Categories(RECORDS);

test("the top of a category of any depth is found", () => {
  assert.equal(tree.top("night").code, "child");
  assert.equal(tree.top("aed").code, "aed");
  assert.equal(tree.top("gone"), null);
});

test("nothing chosen hides nothing; a choice hides the other tops", () => {
  assert.deepEqual([...tree.hiddenTops([])], []);
  assert.deepEqual([...tree.hiddenTops(["night"])], ["medical", "aed"]);
});

test("switching an entry off leaves the others, switching it on again means all", () => {
  const without = tree.toggled([], "aed");
  assert.deepEqual(without, ["medical", "child"]);
  assert.deepEqual(tree.toggled(without, "aed"), []);
});

test("switching a top off takes its finer categories along, others stay as fine as they are", () => {
  assert.deepEqual(tree.toggled(["hospital", "night"], "child"), ["hospital"]);
  assert.deepEqual(tree.toggled(["hospital"], "child"), ["hospital", "child"]);
});

test("a style without categories gives none", () => {
  assert.deepEqual(categoriesOf({}).tops, []);
  assert.equal(categoriesOf({ metadata: { "gisportal:categories": RECORDS } }).tops.length, 3);
});

test("a value falls into the first class that holds it, bounds included", () => {
  const classes = [{ min: 0, max: 4 }, { min: 5, max: 9 }];
  assert.equal(classOf(0, classes), classes[0]);
  assert.equal(classOf(4, classes), classes[0]);
  assert.equal(classOf(9, classes), classes[1]);
  for (const none of [null, undefined, "", 10, -1]) assert.equal(classOf(none, classes), null);
});
