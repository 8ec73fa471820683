// The one place where markup becomes elements: fragments that our own server rendered and escaped.
const policy = globalThis.trustedTypes?.createPolicy("countersign", { createHTML: (html) => html })
  ?? { createHTML: (html) => html };

export function trusted(html) {
  const template = document.createElement("template");
  template.innerHTML = policy.createHTML(html.trim());
  return template.content.firstElementChild;
}
