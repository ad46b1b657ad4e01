// Sorting and finding in tables marked data-sortable; without this script they stand in a sensible order.
"use strict";
for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !row.hasAttribute("data-divider"));
  if (rows.length < 6) continue;
  const dividers = [...table.querySelectorAll("tr[data-divider]")];
  const body = table.tBodies[0];
  const value = (row, column, kind) => {
    const cell = row.cells[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    return kind === "number" ? parseFloat(text.replaceAll(",", "")) || 0 : text;
  };
  const sort = (column, descending) => {
    const kind = heads[column].dataset.sort;
    const keyed = rows.map((row, place) => [value(row, column, kind), place, row]);
    keyed.sort((a, b) => {
      const order = kind === "number" ? a[0] - b[0] : a[0].localeCompare(b[0], undefined, { numeric: true });
      return (descending ? -order : order) || a[1] - b[1];
    });
    for (const divider of dividers) divider.remove();
    body.append(...keyed.map((entry) => entry[2]));
    for (const head of heads) if (head.dataset.sort) head.setAttribute("aria-sort", "none");
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    said.textContent = "Sorted by " + heads[column].textContent.trim() + (descending ? ", largest first" : "");
  };
  const tools = document.createElement("div");
  tools.className = "tools";
  const labelled = (text, control) => {
    const label = document.createElement("label");
    label.append(text, control);
    tools.append(label);
    return control;
  };
  const choice = labelled("Sort by", document.createElement("select"));
  const find = labelled("Find in the table", document.createElement("input"));
  const said = document.createElement("span");
  said.className = "hide";
  said.setAttribute("role", "status");
  tools.append(said);
  find.type = "search";
  choice.append(new Option("as printed", ""));
  heads.forEach((head, column) => {
    if (!head.dataset.sort) return;
    const name = head.textContent.trim();
    const first = head.dataset.first === "descending";
    const button = document.createElement("span"); // not a button: Chromium prints those without their text on later pages
    button.setAttribute("role", "button");
    button.tabIndex = 0;
    button.textContent = name;
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
    const turn = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const now = head.getAttribute("aria-sort");
      sort(column, now === "none" ? first : now === "ascending");
      choice.value = String(column);
    };
    button.addEventListener("click", turn);
    button.addEventListener("keydown", turn);
    choice.append(new Option(name, String(column)));
  });
  const printed = [...table.tBodies].map((part) => [part, [...part.rows]]);
  choice.addEventListener("change", () => {
    if (choice.value !== "") return sort(Number(choice.value), heads[choice.value].dataset.first === "descending");
    for (const [part, its] of printed) part.append(...its);
    for (const head of heads) if (head.dataset.sort) head.setAttribute("aria-sort", "none");
    said.textContent = "Sorted as printed";
  });
  find.addEventListener("input", () => {
    const words = find.value.trim().toLocaleLowerCase();
    let left = 0;
    for (const row of rows) {
      row.hidden = words !== "" && !row.textContent.toLocaleLowerCase().includes(words);
      if (!row.hidden) left += 1;
    }
    said.textContent = left + " of " + rows.length + " rows";
  });
  (table.closest(".scroll") ?? table).before(tools);
}
