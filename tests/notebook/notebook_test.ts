import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { type CellOutput, startKernel } from "./_kernel.ts";

const FOLDER = new URL("../../examples/notebook/", import.meta.url);

type Cell = { readonly cell_type: string; readonly source: readonly string[] };

/** The code of the cells of a notebook, in order. */
async function codeOf(name: string): Promise<string[]> {
  const { cells } = JSON.parse(await Deno.readTextFile(new URL(name, FOLDER)));
  return (cells as readonly Cell[]).filter((cell) => cell.cell_type === "code")
    .map((cell) => cell.source.join(""));
}

/** The media of the one value that a cell shows. */
function shown({ results }: CellOutput): { readonly text: string; readonly html: string } {
  assertEquals(results.length, 1);
  const media = results[0]!;
  return { text: String(media["text/plain"]), html: String(media["text/html"]) };
}

Deno.test({
  name: "examples/notebook: the kernel of deno jupyter shows tables, pictures, trees and Graphs",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const kernel = await startKernel(FOLDER);
    try {
      const outputs: CellOutput[] = [];
      for (const code of await codeOf("graft.ipynb")) {
        outputs.push(await kernel.run(code, code.startsWith("import") ? 0 : 1));
      }
      const [imports, small, large, photo, tree, graph, trained, weights] = outputs;
      assertEquals(outputs.length, 8);
      assertEquals(imports, { results: [], text: "" });
      assertMatch(shown(small!).text, /^Tensor f32\[8, 3\] on cpu\n/);
      assertEquals(shown(small!).html.match(/<tr>/g)?.length, 8);
      for (const [output, side] of [[large!, 48], [photo!, 32]] as const) {
        assertMatch(shown(output).html, /<img src="data:image\/png;base64,iVBOR/);
        assertEquals(await sidesOfPicture(shown(output).html), [side, side]);
      }
      assertMatch(shown(tree!).html, /<th>path<\/th>.*<td>b<\/td>.*<td>w<\/td>/);
      assertMatch(shown(graph!).html, /<pre>graph\(%0: f32\[\], %1: f32\[3\].*dot_general/s);
      assertMatch(trained!.text, /kernels?, 0 copies/);
      assertMatch(shown(trained!).html, /<td>w<\/td>/);
      const found: number[] = JSON.parse(shown(weights!).text.split("\n")[1]!);
      [1, -2, 3].forEach((w, i) => assertAlmostEquals(found[i]!, w, 0.01));
    } finally {
      await kernel.close();
    }
  },
});

/** Width and height of the PNG in a text, which its header tells. */
function sidesOfPicture(html: string): number[] {
  const bytes = Uint8Array.fromBase64(html.match(/base64,([^"]+)/)![1]!);
  const view = new DataView(bytes.buffer);
  return [view.getUint32(16), view.getUint32(20)];
}
