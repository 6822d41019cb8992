// In Node: TOKEN=… node read.mjs. In a page, leave the token out and read what is public.
const BASE = "http://127.0.0.1:8000";
const token = globalThis.process?.env.TOKEN;
const headers = { Accept: "application/geo+json", ...(token && { Authorization: `Bearer ${token}` }) };

async function* features(collection, conditions) {
  let address = `${BASE}/ogc/collections/${collection}/items?${new URLSearchParams(conditions)}`;
  while (address) {
    const answer = await fetch(address, { headers, credentials: "omit" });
    if (answer.status === 429) {
      await new Promise((wake) => setTimeout(wake, 1000 * answer.headers.get("Retry-After")));
      continue;
    }
    if (!answer.ok) throw new Error((await answer.json()).detail);
    const page = await answer.json();
    yield* page.features;
    address = page.links.find((link) => link.rel === "next")?.href;
  }
}

let number = 0;
for await (const feature of features("resources", { limit: 50, bbox: "134.0,34.3,134.1,34.4" })) {
  number += 1;
  if (number <= 3) console.log(feature.id, feature.properties.name);
  if (number === 120) break;
}
console.log("features:", number);
