/** Last part of a dotted path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** Path of the child `name` of `path`. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
