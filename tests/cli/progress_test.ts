import { assertEquals } from "@std/assert";
import { formatBytes, formatProgress, formatSeconds, progressBar } from "../../cli/progress.ts";

Deno.test("formatProgress: a bar, the part that is done and the time that is left", () => {
  assertEquals(
    formatProgress(0.25, "step 5", 30),
    "[######                  ]  25% step 5, 30s left",
  );
  assertEquals(formatProgress(0, "x", 0), "[                        ]   0% x");
  assertEquals(formatProgress(2, "x", -1), "[########################] 100% x");
});

Deno.test("formatSeconds: the two largest units", () => {
  assertEquals([5, 125, 11220].map(formatSeconds), ["5s", "2m 05s", "3h 07m"]);
});

Deno.test("formatBytes: decimal units", () => {
  assertEquals([0, 999, 12_300_000].map(formatBytes), ["0 bytes", "999 bytes", "12.3 MB"]);
});

Deno.test("progressBar: draws over itself where somebody watches, and lines elsewhere", () => {
  const drawn: string[] = [];
  const lines: string[] = [];
  const draw = (line: string) => void drawn.push(line);
  const terminal = { out: draw, write: draw, note: (line: string) => void lines.push(line) };
  const watched = progressBar({ ...terminal, status: draw });
  watched.update(0.5, "half");
  watched.update(0.6, "too soon");
  watched.update(1, "all");
  watched.end();
  assertEquals([drawn.length, drawn.at(-1), lines.length], [3, "", 0]);
  progressBar({ ...terminal, status: null }).update(0.5, "half");
  assertEquals(lines.length, 1);
});
