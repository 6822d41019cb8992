// Entry: pages of the administrator's room. Without it every button posts the form; with it rows move at once.
import { choiceRows } from "./settings/choice-rows.js";

document.querySelector("[data-error-summary]")?.focus();
const form = document.querySelector("[data-choice-form]");
if (form) choiceRows(form);
