/** The element of the page with an id. */
export function element<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found) return found as E;
  throw new TypeError(`Cannot find "${id}" in the page: index.html and main.ts disagree`);
}

/** A field that holds text. */
export function input(id: string): HTMLInputElement {
  return element<HTMLInputElement>(id);
}

/** A form. */
export function formOf(id: string): HTMLFormElement {
  return element<HTMLFormElement>(id);
}

/** Replaces the text of an element. */
export function say(id: string, text: string): void {
  element(id).textContent = text;
}
