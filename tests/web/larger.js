// Makes the text 200 % and nothing else larger, as a browser's text zoom does.
() => {
  const all = [...document.querySelectorAll("*")].map((el) => [el, getComputedStyle(el).fontSize, getComputedStyle(el).lineHeight]);
  for (const [el, size, line] of all) {
    el.style.fontSize = 2 * parseFloat(size) + "px";
    if (line !== "normal") el.style.lineHeight = 2 * parseFloat(line) + "px";
  }
  // A table of data may be wider than the window, when it scrolls in a frame of its own (WCAG 1.4.10).
  const wide = [...document.querySelectorAll("main .tw")].filter((el) => el.scrollWidth > el.clientWidth);
  const cut = wide.filter((el) => getComputedStyle(el).overflowX !== "auto").length;
  wide.forEach((el) => el.remove());
  return cut;
}
