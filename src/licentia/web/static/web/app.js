// What a page does beyond what it can without a script: keys, the box that selects a page, focus.
"use strict";
(() => {
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const find = document.getElementById("find");
      if (find) { event.preventDefault(); find.focus(); }
    }
    if (event.key === "Escape") {
      for (const open of document.querySelectorAll("details.drop[open], details.burger[open]")) {
        open.open = false;
        open.querySelector("summary").focus();
      }
    }
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.drop[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const row = event.target.closest("tbody tr");
    if (row && !event.target.closest("a, button, input, label, summary")) {
      const link = row.querySelector("th a");
      if (link && !String(window.getSelection())) link.click();
    }
  });
  for (const every of document.querySelectorAll("input.every")) {
    every.hidden = false;
    every.addEventListener("change", () => {
      const boxes = every.closest("table").querySelectorAll("tbody input[type=checkbox]");
      for (const box of boxes) box.checked = every.checked;
      if (boxes.length) boxes[0].dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
})();
