// Small helpers to build elements, `element("p", { class: "hint" }, "text", child)`, and to draw what changes often.

export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

// Draws soon, and once for all that is scheduled until then: tokens may come faster than a page can be laid out.
export function paced(draw) {
  let timer = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    draw();
  };
  return { schedule: () => { timer ??= setTimeout(flush, 60); }, flush };
}

// Scrolls on to the end after `change`, but only for who was there before.
export function keepingEnd(scroller, change) {
  const isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 8;
  change();
  if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
}
