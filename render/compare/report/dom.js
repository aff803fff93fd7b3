// Elements, made with text and never with markup.

const $ = (id) => document.getElementById(id);

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  set(made, attributes);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function svg(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(made, attributes);
  made.append(...children);
  return made;
}

function set(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
}

// Options of [value, words]; what was chosen stays chosen, if it is still there.
function choose(select, options, wanted) {
  select.replaceChildren(...options.map(([value, words]) => element("option", { value, text: words })));
  const values = options.map(([value]) => String(value));
  select.value = values.includes(String(wanted)) ? String(wanted) : values[0];
}

function link(name, words = name) {
  const file = data.files[name];
  if (!file || !file.there) return element("span", { class: "gone", text: `${words} (${file?.why ?? "gone"})` });
  return element("a", { href: file.url, text: words });
}
