import assert from "node:assert/strict";
import { test } from "node:test";
import { gaussLegendre } from "./gauss-legendre.ts";

test("every power up to the degree is integrated without error", () => {
  for (let degree = -1; degree <= 15; degree++) {
    const { points, weights } = gaussLegendre(degree);
    for (let power = 0; power <= degree; power++) {
      const sum = points.reduce((total, point, index) => total + weights[index]! * point ** power, 0);
      assert.ok(Math.abs(sum - 1 / (power + 1)) < 1e-15, `degree ${degree}, power ${power}: ${sum}`);
    }
  }
  assert.throws(() => gaussLegendre(16), /degree 16, only up to 15/);
});
