"use strict";
// The report is whole without this script. It adds: sorting and filtering of tables, a search over the records, boxes
// of the flow diagram that open their records, and how many days ago a date was by the reader's own clock.
(() => {
  const { words, sources } = JSON.parse(document.getElementById("data").textContent);
  const say = (slug, ...values) => values.reduce((text, value) => text.replace("{}", value), words[slug]);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const count = (number) => number.toLocaleString(document.documentElement.lang);

  const since = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of document.querySelectorAll("time[data-since]")) {
    const days = Math.floor((Date.now() - Date.parse(time.dateTime)) / 864e5);
    if (days >= 0) time.after(` (${since.format(-days, "day")})`);
  }

  const compare = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" }).compare;
  const dataRows = (body) => [...body.rows].filter((row) => !row.classList.contains("group"));
  const printed = (cell) => {
    const copy = cell.cloneNode(true);
    for (const added of copy.querySelectorAll(".source")) added.remove();
    for (const raised of copy.querySelectorAll("sup")) raised.textContent = `[${raised.textContent}]`;
    return copy.textContent.trim();
  };
  const key = (row, column) => {
    const cell = row.cells[column];
    const order = cell.dataset.order;
    if (order === undefined) return printed(cell);
    return order !== "" && Number.isFinite(Number(order)) ? Number(order) : order;
  };
  const byKey = (a, b) => {
    const empty = (a === "") - (b === "");
    if (empty) return { empty };
    return { order: typeof a === "number" && typeof b === "number" ? a - b : compare(a, b) };
  };

  function sortable(table) {
    const headers = [...table.tHead.rows[0].cells];
    headers.forEach((header, column) => {
      const button = make("button", { type: "button" }, ...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const direction = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        for (const other of headers) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
        for (const body of table.tBodies) {
          const keyed = dataRows(body).map((row) => [key(row, column), row]);
          keyed.sort(([a], [b]) => { const { empty, order } = byKey(a, b); return empty || order * direction; });
          body.append(...keyed.map(([, row]) => row));
        }
      });
    });
  }

  function filterable(block, table) {
    const rows = [...table.tBodies].flatMap(dataRows);
    const texts = rows.map((row) => plain(row.textContent));
    const input = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const said = make("span", { role: "status" });
    input.addEventListener("input", () => {
      const sought = plain(input.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, place) => {
        row.hidden = !sought.every((word) => texts[place].includes(word));
        shown += !row.hidden;
      });
      for (const body of table.tBodies) {
        const heading = body.querySelector(".group");
        if (heading) heading.hidden = [...body.rows].every((row) => row === heading || row.hidden);
      }
      said.textContent = !sought.length ? "" : shown ? say("rows_shown", count(shown), count(rows.length)) : words.no_rows;
    });
    block.querySelector(".tools").prepend(make("label", {}, words.filter, input), said);
  }

  // The CSV behind a table is made of what the page holds, so that the page needs no file beside it. A cell that a
  // spreadsheet would run as a formula is guarded by an apostrophe. Source: OWASP, CSV Injection.
  function downloadable(block, table) {
    const quoted = (text) => `"${(/^'*[=+\-@\t\r]/.test(text) ? "'" + text : text).replaceAll('"', '""')}"`;
    const read = (row) => [...row.querySelectorAll("[data-read]")].flatMap((cell) => cell.dataset.read.split(" "));
    const grouped = Boolean(table.querySelector(".group"));
    const isRead = Boolean(table.querySelector("[data-read]"));
    const header = [...(grouped ? ["Group"] : []), ...[...table.tHead.rows[0].cells].map((cell) => cell.textContent)];
    const bodies = [...table.tBodies].map((body) => [body.querySelector(".group"), dataRows(body)]);
    const link = block.querySelector(".tools a");
    link.addEventListener("click", () => {
      const lines = [[...header, ...(isRead ? ["Source"] : [])]];
      for (const [group, rows] of bodies) {
        for (const row of rows) {
          const cells = [...(grouped ? [group ? group.textContent.trim() : ""] : []), ...[...row.cells].map(printed)];
          const places = [...new Set(read(row))].map((place) => sources[place]).join("; ");
          lines.push([...cells, ...(isRead ? [places] : [])]);
        }
      }
      const text = "\ufeff" + lines.map((line) => line.map(quoted).join(",") + "\r\n").join("");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
    });
  }

  // Where each number was read stands in its cell, and is shown on demand.
  function sourced(block, table) {
    const cells = [...table.querySelectorAll("[data-read]")];
    if (!cells.length) return;
    const button = make("button", { type: "button", "aria-pressed": "false" }, words.sources_show);
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = shown ? words.sources_hide : words.sources_show;
      for (const cell of cells) {
        if (shown) cell.append(make("small", { class: "source" }, cell.dataset.read.split(" ").map((place) => sources[place]).join("; ")));
        else cell.querySelector(".source").remove();
      }
    });
    block.querySelector(".tools").append(button);
  }

  for (const block of document.querySelectorAll(".table")) {
    const table = block.querySelector("table");
    if (!block.querySelector(".tools") || table.tBodies.length === 0) continue;
    const rows = [...table.tBodies].reduce((sum, body) => sum + body.rows.length, 0);
    if (rows > 1) sortable(table);
    downloadable(block, table);
    if (rows > 7) filterable(block, table);
    sourced(block, table);
  }

  const PAGE = 50;
  function browsable(block) {
    const list = block.querySelector(".list");
    if (!list) return;
    const all = [...list.children];
    const texts = all.map((item) => plain(item.textContent));
    const boxes = all.map((item) => new Set(item.dataset.boxes.split(" ")));
    const places = [...block.querySelectorAll(".boxes li")];
    const input = make("input", { type: "search", autocomplete: "off", spellcheck: "false" });
    const said = make("p", { role: "status", class: "note" });
    const back = make("button", { type: "button" }, words.previous);
    const on = make("button", { type: "button" }, words.next);
    const where = make("span");
    let found = all, page = 0, box = "";

    function show() {
      const pages = Math.max(1, Math.ceil(found.length / PAGE));
      page = Math.min(page, pages - 1);
      list.replaceChildren(...found.slice(page * PAGE, (page + 1) * PAGE));
      said.textContent = say("listed", count(found.length), count(Number(block.dataset.total)));
      where.textContent = say("page", count(page + 1), count(pages));
      back.disabled = page === 0;
      on.disabled = page === pages - 1;
    }
    function seek() {
      const sought = plain(input.value).split(/\s+/).filter(Boolean);
      found = all.filter((_, place) => (!box || boxes[place].has(box)) && sought.every((word) => texts[place].includes(word)));
      page = 0;
      for (const place of places) {
        const button = place.querySelector("button");
        if (button) button.setAttribute("aria-pressed", String(place.dataset.box === box));
      }
      show();
    }
    function open(name, move) {
      box = name;
      input.value = "";
      seek();
      if (move) { search.scrollIntoView(); said.focus({ preventScroll: true }); }
    }
    for (const place of places) {
      if (!all.some((_, at) => boxes[at].has(place.dataset.box))) continue;
      const label = place.querySelector("span");
      const button = make("button", { type: "button", "aria-pressed": "false" }, ...label.childNodes);
      label.append(button);
      button.addEventListener("click", () => open(box === place.dataset.box ? "" : place.dataset.box, true));
    }
    said.tabIndex = -1;
    input.addEventListener("input", () => seek());
    back.addEventListener("click", () => { page -= 1; show(); search.scrollIntoView(); });
    on.addEventListener("click", () => { page += 1; show(); search.scrollIntoView(); });
    const clear = make("button", { type: "button" }, words.clear);
    clear.addEventListener("click", () => open("", false));
    const search = make("div", { class: "tools search pages" }, make("label", {}, words.records_search, input), clear);
    list.before(search, said);
    list.after(make("div", { class: "tools pages" }, back, where, on));
    const follow = () => {
      const place = places.find((one) => `#${one.id}` === location.hash);
      if (place && place.querySelector("button")) open(place.dataset.box, true);
    };
    addEventListener("hashchange", follow);
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a");
      const href = link && (link.getAttribute("href") || link.getAttributeNS("http://www.w3.org/1999/xlink", "href"));
      if (href && href === location.hash) follow();
    });
    show();
    follow();
  }
  for (const block of document.querySelectorAll(".records")) browsable(block);
})();
