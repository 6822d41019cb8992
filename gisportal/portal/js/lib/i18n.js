// Text of the page's language: Django's JavaScriptCatalog, loaded before the modules, puts gettext on window.
// Without it (catalogue blocked or not yet there) the English source strings show, and nothing breaks.

export const gettext = (text) => (window.gettext ? window.gettext(text) : text);

export const ngettext = (one, many, count) =>
  window.ngettext ? window.ngettext(one, many, count) : count === 1 ? one : many;

/** Fills %(name)s in a translated text. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_match, key) => String(values[key] ?? ""));

/** Whole numbers as the page's language writes them: 12,345. */
export const number = (value) => new Intl.NumberFormat(document.documentElement.lang || "ja").format(value);
