import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { Breaker, LIMITS } from "../../../gisportal/portal/js/map/breaker.js";

function breaker() {
  const trips = [];
  return { trips, it: new Breaker(() => trips.push(1)) };
}

test("four errors in a row open it, once", () => {
  const { trips, it } = breaker();
  for (let i = 0; i < 7; i += 1) it.failed();
  assert.equal(trips.length, 1);
});

test("a tile in between starts the count again", () => {
  const { trips, it } = breaker();
  for (let i = 0; i < 3; i += 1) it.failed();
  it.succeeded();
  for (let i = 0; i < 3; i += 1) it.failed();
  assert.equal(trips.length, 0);
});

test("silence opens it within five seconds, a tile or the end of loading keeps it shut", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  assert.ok(LIMITS.silence < 5000);
  const silent = breaker();
  silent.it.started();
  mock.timers.tick(LIMITS.silence);
  assert.equal(silent.trips.length, 1);
  const answered = breaker();
  answered.it.started();
  answered.it.succeeded();
  answered.it.calm();
  mock.timers.tick(60_000);
  assert.equal(answered.trips.length, 0);
  const halting = breaker();
  halting.it.started();
  halting.it.succeeded();
  mock.timers.tick(LIMITS.silence);
  assert.equal(halting.trips.length, 1);
  mock.timers.reset();
});

test("an open one never starts again", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { trips, it } = breaker();
  it.open();
  it.started();
  mock.timers.tick(60_000);
  assert.equal(trips.length, 1);
  mock.timers.reset();
});
