// Elements from names and text: text goes in as text, never as markup (the policy's trusted types would refuse it).

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props` are properties (`className`, `onclick`, `value` …); `attributes` and `dataset` are objects;
 * children are nodes, text, or lists of them, null and false are left out.
 */
export function h(tag, props = {}, ...children) {
  const { attributes = {}, dataset = {}, ...rest } = props;
  const element = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  Object.assign(element.dataset, dataset);
  element.append(...flat(children));
  return element;
}

/** The same for drawings; every property is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...flat(children));
  return element;
}

const flat = (children) => children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);

/** Call `draw` only when what it draws has changed, so that nobody loses their place or their focus. */
export function whenChanged(draw) {
  let drawn = null;
  return (...values) => {
    const key = JSON.stringify(values);
    if (key === drawn) return;
    drawn = key;
    draw(...values);
  };
}

/** Tell it to who cannot see it change. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
