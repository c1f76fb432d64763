import { assertEquals } from "@std/assert";

/** Which rooms each room may import; a room may always import itself. */
const ALLOWED: { readonly [room: string]: readonly string[] } = {
  core: [],
  autodiff: ["core"],
  kernels: ["core"],
  hub: ["core"],
  testing: ["core", "autodiff", "kernels"],
  nn: ["core", "autodiff"],
  optim: ["core", "autodiff"],
  models: ["core", "autodiff", "nn"],
  peft: ["core", "autodiff", "nn"],
  train: ["core", "autodiff", "nn", "optim", "hub", "models", "peft"],
  cli: ["core", "autodiff", "kernels", "hub", "nn", "optim", "models", "peft", "train", "mod.ts"],
};

/** What core has for the other rooms and not for users. */
const INTERNAL = "core/internal.ts";

type Edge = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

const root = new URL("..", import.meta.url);

async function sourceFiles(dir: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(new URL(dir, root))) {
    const path = `${dir}${entry.name}`;
    if (entry.isDirectory) files.push(...await sourceFiles(`${path}/`));
    else if (entry.name.endsWith(".ts")) files.push(path);
  }
  return files;
}

async function edges(): Promise<Edge[]> {
  const found: Edge[] = [];
  const rooms = Object.keys(ALLOWED);
  const files = (await Promise.all(rooms.map((room) => sourceFiles(`${room}/`).catch(() => []))))
    .flat();
  const all = new Set<string>();
  for (const file of files) {
    if (all.has(file)) continue;
    const command = new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--no-remote", "--no-npm", new URL(file, root).pathname],
      stdout: "piped",
      stderr: "null",
    });
    const { stdout } = await command.output();
    for (const module of JSON.parse(new TextDecoder().decode(stdout)).modules) {
      const from = relative(module.specifier);
      if (!from || all.has(from)) continue;
      all.add(from);
      for (const dependency of module.dependencies ?? []) {
        const target = dependency.code?.specifier ?? dependency.type?.specifier;
        const to = target && relative(target);
        if (to) found.push({ from, to, typeOnly: await isTypeOnly(from, dependency.specifier) });
      }
    }
  }
  return found;
}

function relative(specifier: string): string | null {
  return specifier.startsWith(root.href) ? specifier.slice(root.href.length) : null;
}

const sources = new Map<string, string>();

/** Whether a file imports a specifier for its types alone: such imports are gone at run time. */
async function isTypeOnly(file: string, specifier: string): Promise<boolean> {
  const text = sources.get(file) ?? await Deno.readTextFile(new URL(file, root));
  sources.set(file, text);
  const statements = text.match(/^(import|export)[^;]*?from\s+"[^"]+";/gms) ?? [];
  const own = statements.filter((statement) => statement.includes(`"${specifier}"`));
  return own.length > 0 && own.every((statement) => {
    if (/^(import|export)\s+type\b/.test(statement)) return true;
    const names = statement.match(/\{([^}]*)\}/)?.[1];
    if (names === undefined) return false;
    return names.split(",").map((name) => name.trim()).filter(Boolean)
      .every((name) => name.startsWith("type "));
  });
}

const graph = await edges();

Deno.test("rooms: arrows point only where the architecture says", () => {
  const wrong = graph.filter(({ from, to }) => {
    const room = from.split("/")[0]!;
    const target = to.split("/")[0]!;
    return room in ALLOWED && room !== target && !ALLOWED[room]!.includes(target);
  });
  assertEquals(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("rooms: other rooms are imported through their mod.ts", () => {
  const wrong = graph.filter(({ from, to }) => {
    const room = from.split("/")[0]!;
    const target = to.split("/")[0]!;
    return room in ALLOWED && room !== target && to.includes("/") &&
      to !== `${target}/mod.ts` && to !== INTERNAL;
  });
  assertEquals(wrong.map(({ from, to }) => `${from} imports ${to}`), []);
});

Deno.test("rooms: the public face of core has nothing of core/internal.ts", async () => {
  const [face, internal] = await Promise.all(
    ["core/mod.ts", INTERNAL].map((path) => import(new URL(path, root).href)),
  );
  assertEquals(Object.keys(internal).filter((name) => name in face), []);
});

Deno.test("rooms: there is no import cycle", () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of graph) {
    if (!typeOnly) next.set(from, [...next.get(from) ?? [], to]);
  }
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    state.set(file, "open");
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    state.set(file, "done");
  };
  for (const file of next.keys()) visit(file, []);
  assertEquals(cycles, []);
});

Deno.test("files: none of the product is over 300 lines", async () => {
  const long: string[] = [];
  for (const room of Object.keys(ALLOWED)) {
    for (const file of await sourceFiles(`${room}/`).catch(() => [])) {
      const lines = (await Deno.readTextFile(new URL(file, root))).split("\n").length - 1;
      if (lines > 300) long.push(`${file} has ${lines} lines`);
    }
  }
  assertEquals(long, []);
});
