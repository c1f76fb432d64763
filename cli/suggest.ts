/** The word that was meant, as the end of an error: `; did you mean "lora"?`, or nothing. */
export function suggestion(word: string, words: readonly string[]): string {
  const given = word.toLowerCase().replaceAll("_", "-");
  const near = words
    .map((name) => ({ name, distance: editDistance(given, name.replaceAll("_", "-")) }))
    .filter(({ name, distance }) => distance <= Math.min(2, name.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return near.length === 0 ? "" : `; did you mean ${near[0]!.name}?`;
}

/** Letters to insert, delete or replace on the way from one word to another. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (letter === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
