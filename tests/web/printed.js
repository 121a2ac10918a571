// What is wrong with the page as it would be printed now: a list of sentences.
() => {
  const wrong = [];
  for (const el of document.querySelectorAll("button, .btn, .top, .nav, .bar"))
    if (el.checkVisibility()) wrong.push(`printed: <${el.tagName.toLowerCase()}> ${el.textContent.trim().slice(0, 40)}`);
  for (const table of document.querySelectorAll("main table")) {
    if (!table.checkVisibility()) continue;
    if (getComputedStyle(table).display !== "table") wrong.push(`no table: ${table.getAttribute("aria-label")}`);
    for (const cell of table.querySelectorAll("thead tr > *:not(.ck)"))
      if (!cell.checkVisibility()) wrong.push(`a column is left out: ${cell.textContent}`);
  }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push("wider than the paper");
  return wrong;
}
