import { assert, assertEquals, assertRejects } from "@std/assert";
import { hubCacheFolder, resolveModel, type ResolveOptions } from "../../hub/mod.ts";
import { namesIn, withFolder } from "./_folder.ts";
import { type Hub, startHub } from "./_server.ts";

const FILES = {
  "config.json": '{"model_type":"gpt2"}',
  "model.safetensors": "weights",
  "README.md": "text",
  "unet/config.json": "{}",
};

/** Runs `use` with a hub, and options that keep to it and to a cache of its own. */
async function withHub(
  use: (hub: Hub, options: ResolveOptions & { cacheFolder: string }) => Promise<void>,
  files: { readonly [path: string]: string } = FILES,
  token?: string,
): Promise<void> {
  await withFolder(async (cacheFolder) => {
    const hub = startHub(files, token);
    try {
      await use(hub, { endpoint: hub.endpoint, cacheFolder, offline: false });
    } finally {
      await hub.close();
    }
  });
}

Deno.test("resolveModel: a folder is itself", async () => {
  await withFolder(async (folder) => assertEquals(await resolveModel(folder), folder));
});

Deno.test("resolveModel: downloads into the layout of the hub's own cache", async () => {
  await withHub(async (hub, options) => {
    const files: string[] = [];
    const onProgress = ({ file }: { file: string }) => void files.push(file);
    const snapshot = await resolveModel("org/tiny", { ...options, onProgress });
    const root = `${options.cacheFolder}/models--org--tiny`;
    assertEquals(snapshot, `${root}/snapshots/${hub.commit}`);
    assertEquals(namesIn(snapshot), ["config.json", "model.safetensors"]);
    assertEquals(await Deno.readTextFile(`${root}/refs/main`), hub.commit);
    assertEquals(await Deno.readTextFile(`${snapshot}/model.safetensors`), "weights");
    const link = await Deno.readLink(`${snapshot}/model.safetensors`);
    assert(/^\.\.\/\.\.\/blobs\/[0-9a-f]{64}$/.test(link), link);
    assertEquals(namesIn(`${root}/blobs`).length, 2);
    assertEquals(files, ["config.json", "model.safetensors"]);
  });
});

Deno.test("resolveModel: fetches nothing twice", async () => {
  await withHub(async (hub, options) => {
    await resolveModel("org/tiny", options);
    hub.requests.length = 0;
    await resolveModel("org/tiny", options);
    assertEquals(hub.requests.filter((path) => path.includes("/resolve/")), []);
  });
});

Deno.test("resolveModel: files in folders, by name", async () => {
  await withHub(async (_hub, options) => {
    const snapshot = await resolveModel("org/tiny", { ...options, files: ["unet/*.json"] });
    assertEquals(await Deno.readTextFile(`${snapshot}/unet/config.json`), "{}");
    assertEquals(namesIn(snapshot), ["unet"]);
    const none = { ...options, files: ["*.bin"] };
    await assertRejects(() => resolveModel("org/tiny", none), Error, "none of its files");
  });
});

Deno.test("resolveModel: offline, the cache alone answers", async () => {
  await withHub(async (hub, options) => {
    const offline = { ...options, offline: true };
    await assertRejects(() => resolveModel("org/tiny", offline), Error, "not in the cache");
    const snapshot = await resolveModel("org/tiny", options);
    hub.requests.length = 0;
    assertEquals(await resolveModel("org/tiny", offline), snapshot);
    assertEquals(await resolveModel("org/tiny", { ...offline, revision: hub.commit }), snapshot);
    const absent = { ...offline, files: ["tokenizer.json"] };
    await assertRejects(() => resolveModel("org/tiny", absent), Error, "the model without it");
    assertEquals(hub.requests, []);
  });
});

Deno.test("resolveModel: a hub that fails leaves what the cache has", async () => {
  await withHub(async (hub, options) => {
    const snapshot = await resolveModel("org/tiny", options);
    hub.failWith = 503;
    assertEquals(await resolveModel("org/tiny", options), snapshot);
    await assertRejects(() => resolveModel("org/other", options), Error, "503");
  });
});

Deno.test("resolveModel: a download with other bytes is refused and leaves no blob", async () => {
  await withHub(async (hub, options) => {
    hub.corrupt = true;
    await assertRejects(() => resolveModel("org/tiny", options), Error, "with hash");
    assertEquals(namesIn(`${options.cacheFolder}/models--org--tiny/blobs`), []);
  });
});

Deno.test("resolveModel: a broken connection is gone on with", async () => {
  await withHub(async (hub, options) => {
    hub.dropAfter = 5;
    const blobs = `${options.cacheFolder}/models--org--tiny/blobs`;
    const error = await assertRejects(() => resolveModel("org/tiny", options), Error);
    assert(
      /the connection broke after 15 of 20 bytes.*; run it again/.test(error.message),
      `${error}`,
    );
    assertEquals(hub.ranges, ["", "bytes=5-19", "bytes=10-19"]);
    assertEquals(namesIn(blobs).map((name) => name.replace(/^\w+/, "")), [".incomplete"]);
    assertEquals(await Deno.readTextFile(`${blobs}/${namesIn(blobs)[0]}`), "0123456789abcde");

    hub.dropAfter = null;
    const snapshot = await resolveModel("org/tiny", options);
    assertEquals(hub.ranges.slice(3), ["bytes=15-19"]);
    assertEquals(await Deno.readTextFile(`${snapshot}/model.safetensors`), FILE);
    assertEquals(namesIn(blobs).map((name) => name.length), [64]);
  }, { "model.safetensors": FILE });
});

const FILE = "0123456789abcdefghij";

Deno.test("resolveModel: a connection that breaks once is not noticed", async () => {
  await withHub(async (hub, options) => {
    hub.dropAfter = 12;
    const snapshot = await resolveModel("org/tiny", options);
    assertEquals(await Deno.readTextFile(`${snapshot}/model.safetensors`), FILE);
    assertEquals(hub.ranges, ["", "bytes=12-19"]);
  }, { "model.safetensors": FILE });
});

Deno.test("resolveModel: a part of another file is thrown away, and the next run begins anew", async () => {
  await withHub(async (hub, options) => {
    const blobs = `${options.cacheFolder}/models--org--tiny/blobs`;
    hub.dropAfter = 5;
    await assertRejects(() => resolveModel("org/tiny", options), Error, "the connection broke");
    hub.dropAfter = null;
    await Deno.writeTextFile(`${blobs}/${namesIn(blobs)[0]}`, "something else");
    await assertRejects(
      () => resolveModel("org/tiny", options),
      Error,
      "run it again to begin anew",
    );
    assertEquals(namesIn(blobs), []);
    const snapshot = await resolveModel("org/tiny", options);
    assertEquals(await Deno.readTextFile(`${snapshot}/model.safetensors`), FILE);
  }, { "model.safetensors": FILE });
});

Deno.test("resolveModel: two at a time download once", async () => {
  await withHub(async (hub, options) => {
    await Promise.all([resolveModel("org/tiny", options), resolveModel("org/tiny", options)]);
    assertEquals(hub.ranges, [""]);
  }, { "model.safetensors": FILE });
});

Deno.test("resolveModel: an empty file is one", async () => {
  await withHub(async (_hub, options) => {
    const snapshot = await resolveModel("org/tiny", options);
    assertEquals(await Deno.readTextFile(`${snapshot}/chat.jinja`), "");
  }, { "chat.jinja": "" });
});

Deno.test("resolveModel: a private model needs the token", async () => {
  await withHub(
    async (_hub, options) => {
      await assertRejects(
        () => resolveModel("org/tiny", options),
        Error,
        "set HF_TOKEN to a token",
      );
      await resolveModel("org/tiny", { ...options, token: "hf_secret" });
      const wrong = { ...options, token: "hf_wrong" };
      await assertRejects(() => resolveModel("org/tiny", wrong), Error, "the token is not valid");
    },
    FILES,
    "hf_secret",
  );
});

const REFUSALS: readonly [status: number, token: string | undefined, says: string][] = [
  [403, undefined, "the model is gated; set HF_TOKEN to a token from"],
  [403, "hf_x", "the account of the token has no access; accept its conditions at"],
  [
    404,
    undefined,
    "no such model or revision, or it is private; check both names, or set HF_TOKEN",
  ],
  [404, "hf_x", "no such model or revision, or the token may not see it"],
  [429, undefined, "too many requests; wait a while"],
];

for (const [status, token, says] of REFUSALS) {
  const who = token ? "with a token" : "without a token";
  Deno.test(`resolveModel: says what to do about ${status} ${who}`, async () => {
    await withHub(async (hub, options) => {
      hub.failWith = status;
      const given = token === undefined ? options : { ...options, token };
      const error = await assertRejects(() => resolveModel("org/tiny", given), Error, says);
      assert(error.message.startsWith('Cannot download "org/tiny" at revision "main" from'));
    });
  });
}

Deno.test("resolveModel: file names of the hub must not lead out of the cache", async () => {
  await withHub(async (_hub, options) => {
    const files = ["../evil.json"];
    await assertRejects(() => resolveModel("org/tiny", { ...options, files }), Error, "elsewhere");
  }, { "../evil.json": "{}" });
});

Deno.test("resolveModel: says what is neither a folder nor an id, and what is no revision", async () => {
  await assertRejects(() => resolveModel("./no/such/folder"), Error, "neither a folder nor");
  const revision = "../main";
  await assertRejects(() => resolveModel("org/tiny", { revision }), RangeError, "no branch");
});

Deno.test("hubCacheFolder: HF_HUB_CACHE before HF_HOME", () => {
  const names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"] as const;
  const before = names.map((name) => Deno.env.get(name));
  try {
    names.forEach((name) => Deno.env.delete(name));
    Deno.env.set("HF_HOME", "/home/hf");
    assertEquals(hubCacheFolder(), "/home/hf/hub");
    Deno.env.set("HF_HUB_CACHE", "/cache");
    assertEquals(hubCacheFolder(), "/cache");
  } finally {
    names.forEach((name, i) => {
      if (before[i] === undefined) Deno.env.delete(name);
      else Deno.env.set(name, before[i]);
    });
  }
});
