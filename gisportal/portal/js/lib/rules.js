// Which rule of a style a feature is drawn by. Pure functions, so that node can test them (tests/browser/units/).

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Whether a feature's value meets the condition of a rule (styles/symbology.py, Condition.holds). */
export function holds(when, properties) {
  if (!when) return true;
  const value = properties[when.field];
  if (when.values.length) return when.values.includes(value);
  if (!isNumber(value) || (when.low !== null && value < when.low)) return false;
  return when.high === null || value < when.high || (when.closed && value === when.high);
}

/** The rule a feature is drawn by; null where it is not drawn. */
export const ruleOf = (rules, properties) =>
  rules.find((rule) => rule.when && holds(rule.when, properties)) ?? rules.find((rule) => !rule.when) ?? null;
