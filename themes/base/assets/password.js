// Adds a button that shows or hides what is typed into a password box.
// Without it the box works all the same.
"use strict";

for (const input of document.querySelectorAll("input[type=password][data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-secondary password-button";
  button.setAttribute("aria-controls", input.id);

  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? input.dataset.hide : input.dataset.show;
    button.setAttribute("aria-label", `${button.textContent} (${input.dataset.label})`);
  };
  button.addEventListener("click", () => show(input.type === "password"));
  // Hidden again before it is sent, so that no browser keeps it as ordinary text.
  input.form?.addEventListener("submit", () => show(false));
  // Also when the browser brings the page back from its memory.
  window.addEventListener("pagehide", () => show(false));

  show(false);
  const row = document.createElement("div");
  row.className = "password-row";
  input.replaceWith(row);
  row.append(input, button);
}
