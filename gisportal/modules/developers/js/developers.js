// Entry: tries out one operation of the OpenAPI definition from the page.
import { el, readJson } from "../../../portal/js/lib/dom.js";
import { loadCatalogue } from "../../../portal/js/lib/i18n.js";
import { GeometryMap } from "../../../portal/js/map/geometry-map.js";

const LONGEST = 200_000;
const MOST_ON_MAP = 2_000;

/** What one field of the form holds: a list of texts, empty where it is left out. */
function values(field) {
  const control = field.querySelector("select, input");
  if (control.multiple) return [...control.selectedOptions].map((option) => option.value);
  const text = control.value.trim();
  if (!text) return [];
  return "repeats" in field.dataset && control.tagName === "INPUT" ? text.split(/\s+/) : [text];
}

/** The request as the form stands: {url, method, headers, body, missing}. */
export function request(page) {
  let path = page.dataset.path;
  const query = new URLSearchParams();
  const headers = {};
  const missing = [];
  for (const field of page.querySelectorAll("[data-try-input]")) {
    const { name, place } = field.dataset;
    const given = values(field);
    if (place === "path") {
      if (!given.length) missing.push(field);
      path = path.replace(`{${name}}`, given.length ? encodeURIComponent(given[0]) : `{${name}}`);
    } else if (place === "header") {
      if (given.length) headers[name] = given[0];
    } else {
      for (const value of given) query.append(name, value);
    }
  }
  const token = page.querySelector("[data-try-token]").value.trim();
  const media = page.querySelector("[data-try-media]")?.value;
  if (token) headers.Authorization = `Bearer ${token}`;
  if (media) headers["Content-Type"] = media;
  const search = query.toString();
  return {
    url: page.dataset.base + path + (search ? `?${search}` : ""),
    method: page.dataset.method.toUpperCase(),
    headers,
    body: page.querySelector("[data-try-body]")?.value,
    missing,
  };
}

const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** The same for a command line; the token itself stays out of what is copied. */
export function curl({ url, method, headers, body }) {
  const parts = ["curl"];
  if (method !== "GET") parts.push("-X", method);
  for (const [name, value] of Object.entries(headers)) {
    parts.push("-H", name === "Authorization" ? '"Authorization: Bearer $TOKEN"' : quoted(`${name}: ${value}`));
  }
  if (body) parts.push("--data", quoted(body));
  return [...parts, quoted(url)].join(" ");
}

function cookie(name) {
  return document.cookie.split("; ").find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";
}

class TryOut {
  constructor(page) {
    this.page = page;
    this.form = page.querySelector("[data-try-form]");
    this.answer = page.querySelector("[data-try-answer]");
    this.words = this.answer.dataset;
    page.querySelector("[data-try-send]").hidden = false;
    page.querySelector("[data-try-without]").hidden = true;
    this.form.addEventListener("input", () => this.describe());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.describe();
  }

  part(name) {
    return this.answer.querySelector(`[data-try-${name}]`);
  }

  describe() {
    const asked = request(this.page);
    this.page.querySelector("[data-try-url]").textContent = asked.url;
    this.page.querySelector("[data-try-curl]").textContent = curl(asked);
    return asked;
  }

  complain(text) {
    this.answer.hidden = false;
    this.part("status").textContent = text;
    this.part("headers").replaceChildren();
    this.part("content").textContent = "";
    this.part("map").hidden = true;
  }

  async send() {
    const { url, method, headers, body, missing } = this.describe();
    const sure = this.page.querySelector("[data-try-sure]");
    if (missing.length) {
      this.complain(this.words.wordsMissing);
      missing[0].querySelector("input, select").focus();
      return;
    }
    if (sure && !sure.checked) {
      this.complain(this.words.wordsSure);
      sure.focus();
      return;
    }
    // With a token nothing of the browser's own goes along; without one the request is the signed-in person's.
    const own = headers.Authorization ? {} : { "X-CSRFToken": cookie("csrftoken") };
    const started = performance.now();
    try {
      const answer = await fetch(url, {
        method,
        headers: { Accept: "application/json, */*;q=0.5", ...(method === "GET" ? {} : own), ...headers },
        body: method === "GET" ? undefined : body,
        credentials: headers.Authorization ? "omit" : "same-origin",
        cache: "no-store",
        redirect: "follow",
      });
      await this.show(answer, await answer.arrayBuffer(), performance.now() - started);
    } catch (error) {
      this.complain(`${this.words.wordsFailed} ${error.message}`);
    }
  }

  async show(answer, bytes, took) {
    this.answer.hidden = false;
    const size = bytes.byteLength.toLocaleString();
    const kind = answer.headers.get("Content-Type") ?? "";
    this.part("status").textContent =
      `${this.words.wordsStatus} ${answer.status} ${answer.statusText} · ${Math.round(took)} ms · ${size} B`;
    this.part("headers").replaceChildren(
      ...[...answer.headers].map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
    this.part("map").hidden = true;
    if (/^image\/(png|webp|jpeg)/.test(kind)) await this.picture(bytes, kind);
    else if (/json|xml|text|yaml/.test(kind)) this.text(new TextDecoder().decode(bytes), kind);
    else this.part("content").textContent = bytes.byteLength ? `${kind} – ${this.words.wordsBinary}` : "";
    this.answer.querySelector("h2").focus();
  }

  text(text, kind) {
    let shown = text;
    if (/json/.test(kind)) {
      try {
        const document_ = JSON.parse(text);
        shown = JSON.stringify(document_, null, 2);
        this.map(document_);
      } catch {
        shown = text;
      }
    }
    const rest = shown.length > LONGEST ? `\n… ${this.words.wordsCut}` : "";
    this.part("content").textContent = shown.slice(0, LONGEST) + rest;
  }

  /** A picture as a data: address, which the policy of the site allows. */
  async picture(bytes, kind) {
    const address = await new Promise((done) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => done(reader.result));
      reader.readAsDataURL(new Blob([bytes], { type: kind }));
    });
    this.part("content").replaceChildren(el("img", { src: address, alt: this.words.wordsPicture }));
  }

  map(found) {
    const features = found?.type === "FeatureCollection" ? found.features : found?.type === "Feature" ? [found] : [];
    const placed = features.filter(({ geometry }) => geometry).slice(0, MOST_ON_MAP);
    const first = placed[0]?.geometry.coordinates?.flat(9) ?? [];
    // Other coordinates than degrees, longitude first, are for reading only.
    if (!placed.length || Math.abs(first[0]) > 180 || Math.abs(first[1]) > 90) return;
    const section = this.part("map");
    section.hidden = false;
    this.shown ??= new GeometryMap(section, readJson("map-config"), { label: section.dataset.label, isSmall: true });
    this.shown.view.map.invalidateSize();
    this.shown.show({ type: "FeatureCollection", features: placed });
  }
}

const page = document.querySelector("[data-try]");
if (page) loadCatalogue().then(() => new TryOut(page));
