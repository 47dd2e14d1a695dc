// Language and text size are links: what was typed comes back after one of them, on the same page
// and within seconds. A password is never kept.
"use strict";
const KEPT = `kept:${location.pathname}`;
const fields = () =>
  [...document.querySelectorAll("main form :is(input, select, textarea)[name]")].filter(
    (field) => !["hidden", "password", "file", "submit"].includes(field.type) && !field.dataset.show,
  );
const ticked = (field) => ["checkbox", "radio"].includes(field.type);

for (const link of document.querySelectorAll(".tools a")) {
  link.addEventListener("click", () => {
    const values = fields().map((field) => (ticked(field) ? field.checked : field.value));
    sessionStorage.setItem(KEPT, JSON.stringify({ at: Date.now(), values }));
  });
}

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
sessionStorage.removeItem(KEPT);
if (kept && Date.now() - kept.at < 10_000 && kept.values.length === fields().length) {
  fields().forEach((field, at) => {
    if (ticked(field)) field.checked = kept.values[at];
    else field.value = kept.values[at];
  });
}
