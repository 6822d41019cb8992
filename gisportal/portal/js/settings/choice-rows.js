// Rows of the choices: up, down, more lines, without asking the server. Nothing is saved until the form is.

/** Moves a row past its neighbour and keeps the focus on the button pressed. */
function move(row, button) {
  const isUp = button.dataset.choiceMove === "up";
  const other = isUp ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return false;
  if (isUp) other.before(row);
  else other.after(row);
  button.focus();
  return true;
}

/** A blank row from the template, with identifiers of its own. */
function blank(form, number) {
  const row = form.querySelector("[data-choice-blank]").content.firstElementChild.cloneNode(true);
  for (const element of row.querySelectorAll("[id], [for]")) {
    if (element.id) element.id = element.id.replace("-new-", `-new${number}-`);
    if (element.htmlFor) element.htmlFor = element.htmlFor.replace("-new-", `-new${number}-`);
  }
  return row;
}

export function choiceRows(form) {
  const list = form.querySelector("[data-choice-rows]");
  const status = form.querySelector("[data-choice-status]");
  let made = 0;

  const tell = (row) => {
    const place = [...list.children].indexOf(row) + 1;
    status.textContent = `${row.querySelector("[data-choice-title]").value} ${place} / ${list.children.length}`;
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choice-move]");
    if (button) {
      event.preventDefault();
      const row = button.closest("[data-choice-row]");
      if (move(row, button)) tell(row);
    } else if (event.target.closest("[data-choice-more]")) {
      event.preventDefault();
      made += 1;
      const row = blank(form, made);
      list.append(row);
      row.querySelector("[data-choice-title]").focus();
    }
  });
}
