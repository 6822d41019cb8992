// Several files at once: a row for each with its texts, sent one by one, the failed ones kept with what was typed.
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { MediaRow } from "./row.js";

export class MediaForm {
  constructor(form) {
    this.form = form;
    this.kind = form.dataset.mediaForm;
    this.rows = [];
    this.next = 5000; // beyond the numbers of rows the server has made
    this.status = form.querySelector("[data-media-status]");
    this.list = form.querySelector("[data-media-rows]");
    this.uploaded = form.querySelector("[data-media-uploaded]");
    const pick = form.querySelector("[data-media-pick]");
    this.input = pick.querySelector("input");
    this.dropOffered();
    pick.hidden = false;
    this.input.addEventListener("change", () => this.add([...this.input.files]));
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("beforeunload", (event) => {
      if (this.rows.length && !this.leaving) event.preventDefault();
    });
  }

  /** Rows for browsers without scripts. One that came back with an error stays, with what was typed. */
  dropOffered() {
    this.form.querySelector("[data-media-offered]")?.remove();
  }

  add(files) {
    const template = this.form.querySelector("[data-media-template]");
    const made = files.map((file) => {
      this.next += 1;
      const row = new MediaRow(template, `new${this.kind}${this.next}`, file, (gone) => this.drop(gone));
      this.list.append(row.element);
      return row;
    });
    this.rows.push(...made);
    // The same photo may be chosen again after its row was dropped.
    this.input.value = "";
    if (!made.length) return;
    this.say(fill(ngettext("%(count)s file chosen. Describe it, then save.",
      "%(count)s files chosen. Describe them, then save.", made.length), { count: made.length }));
    made[0].focus();
  }

  drop(row) {
    const place = this.rows.indexOf(row);
    this.rows.splice(place, 1);
    row.element.remove();
    const near = this.rows[place] ?? this.rows[place - 1] ?? this.input;
    near.focus();
  }

  async submit(event) {
    if (!this.rows.length || this.busy) {
      if (this.busy) event.preventDefault();
      else this.leaving = true;
      return;
    }
    event.preventDefault();
    this.busy = true;
    await this.sendAll();
    this.busy = false;
    if (this.rows.length) {
      this.say(fill(ngettext("%(count)s could not be saved. Please check it.",
        "%(count)s could not be saved. Please check them.", this.rows.length), { count: this.rows.length }));
      this.rows[0].focusError();
      return;
    }
    this.leaving = true;
    this.form.requestSubmit(event.submitter ?? undefined);
  }

  async sendAll() {
    const waiting = [...this.rows];
    for (const [number, row] of waiting.entries()) {
      this.say(fill(gettext("Sending %(number)s of %(count)s …"), { number: number + 1, count: waiting.length }));
      if (await row.send(this.form)) {
        this.rows.splice(this.rows.indexOf(row), 1);
        row.element.remove();
        this.uploaded.value = String(Number(this.uploaded.value) + 1);
      }
    }
  }

  say(text) {
    this.status.textContent = text;
  }
}
