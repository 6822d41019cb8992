// Uploaded layers: names in the address, and the rule a feature is drawn by.
import assert from "node:assert/strict";
import { test } from "node:test";

import { holds, ruleOf } from "../../../gisportal/portal/js/lib/rules.js";
import { parseLayers } from "../../../gisportal/portal/js/lib/url.js";

test("names of layers are read in order, each once, and nothing else", () => {
  assert.deepEqual(parseLayers("height, towns,height"), ["height", "towns"]);
  assert.deepEqual(parseLayers("../x,<b>,A,ok_1"), ["ok_1"]);
  assert.deepEqual(parseLayers(null), []);
});

const range = (low, high, closed = false) => ({ field: "n", values: [], low, high, closed });

test("a class takes its lower bound, and the upper one only where it is the last", () => {
  assert.equal(holds(range(0, 10), { n: 0 }), true);
  assert.equal(holds(range(0, 10), { n: 10 }), false);
  assert.equal(holds(range(0, 10, true), { n: 10 }), true);
  assert.equal(holds(range(null, 10), { n: -5 }), true);
  assert.equal(holds(range(0, null), { n: 5 }), true);
  assert.equal(holds(range(0, 10), { n: "5" }), false);
  assert.equal(holds(range(0, 10), {}), false);
});

test("a value of its own is met exactly; what no rule is for gets the one without a condition, or none", () => {
  const park = { colour: "#00ff00", when: { field: "kind", values: ["公園"], low: null, high: null, closed: false } };
  const other = { colour: "#cccccc", when: null };
  assert.equal(ruleOf([other, park], { kind: "公園" }), park);
  assert.equal(ruleOf([park, other], { kind: "道路" }), other);
  assert.equal(ruleOf([park], { kind: "道路" }), null);
});
