// Text of the page's language from Django's JavaScript catalogue. Without it the English source strings show, and
// nothing breaks.

/** Loads the catalogue of the page's language; resolves in any case. */
export function loadCatalogue() {
  const language = document.documentElement.lang || "ja";
  return new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = `/jsi18n/${encodeURIComponent(language)}.js`;
    script.onload = script.onerror = () => resolve();
    document.head.append(script);
  });
}

export const gettext = (text) => (window.gettext ? window.gettext(text) : text);

export const ngettext = (one, many, count) =>
  window.ngettext ? window.ngettext(one, many, count) : count === 1 ? one : many;

/** Fills %(name)s in a translated text. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_match, key) => String(values[key] ?? ""));

/** Whole numbers as the page's language writes them: 12,345. */
export const number = (value) => new Intl.NumberFormat(document.documentElement.lang || "ja").format(value);
