"use strict";
(function () {
  const form = document.getElementById("controls"), body = document.querySelector("#rows tbody"), said = document.getElementById("shown");
  const rows = Array.from(body.rows), heads = Array.from(document.querySelectorAll("#rows th")), selects = Array.from(form.querySelectorAll("select"));
  const search = document.getElementById("q"), order = new Intl.Collator("zh-CN", { numeric: true });
  let sorted = { at: 0, down: false };
  const plain = text => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  const columns = new Map(heads.map((head, at) => [head.dataset.field, at]));
  const text = (row, at) => row.cells[at].textContent;

  function filter() {
    const wanted = plain(search.value);
    let count = 0;
    for (const row of rows) {
      const fits = plain(text(row, columns.get("name"))).includes(wanted) &&
        selects.every(select => !select.value || text(row, columns.get(select.name)).split("、").includes(select.value));
      row.hidden = !fits;
      count += fits;
    }
    said.textContent = count ? said.dataset.text.replace("{count}", count).replace("{total}", rows.length) : said.dataset.none;
  }

  function sort() {
    const value = row => row.cells[sorted.at].dataset.rank || text(row, sorted.at);
    const ranked = rows.map((row, at) => [row, at]);
    ranked.sort(([a, i], [b, j]) => (sorted.down ? -1 : 1) * order.compare(value(a), value(b)) || i - j);
    body.append(...ranked.map(([row]) => row));
    heads.forEach((head, at) => head.setAttribute("aria-sort", at !== sorted.at ? "none" : sorted.down ? "descending" : "ascending"));
  }

  function keep() {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    selects.forEach(select => select.value && state.set(select.name, select.value));
    if (sorted.at || sorted.down) state.set("sort", (sorted.down ? "-" : "") + heads[sorted.at].dataset.field);
    history.replaceState(null, "", "#" + state);
  }

  function take() {
    const state = new URLSearchParams(location.hash.slice(1)), by = state.get("sort") || "";
    search.value = state.get("q") || "";
    selects.forEach(select => { select.value = state.get(select.name) || ""; if (select.selectedIndex < 0) select.value = ""; });
    sorted = { at: columns.get(by.replace(/^-/, "")) || 0, down: by.startsWith("-") };
    sort();
    filter();
  }

  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = head.dataset.sort;
    button.addEventListener("click", () => { sorted = { at, down: sorted.at === at && !sorted.down }; sort(); keep(); });
    head.replaceChildren(button);
  });
  form.addEventListener("input", () => { filter(); keep(); });
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { sorted = { at: 0, down: false }; sort(); filter(); keep(); }));
  addEventListener("hashchange", take);
  form.hidden = false;
  take();
})();
