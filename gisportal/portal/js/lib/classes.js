// Classes of a 色分け地図.

/** The class a value falls into, both bounds included (styles/classification.py); null if none. */
export function classOf(value, classes) {
  if (value === null || value === undefined || value === "") return null;
  return classes.find((each) => value >= each.min && value <= each.max) ?? null;
}
