import { assertEquals, assertRejects } from "@std/assert";
import { key, setDevice, zeros } from "../../mod.ts";
import { readSafetensors, resolveModel, saveCheckpoint, WriteError } from "../../hub/mod.ts";
import { configOf, lora } from "../../peft/mod.ts";
import {
  loadAdapter,
  loadRunCheckpoint,
  saveAdapter,
  saveModel,
  saveRunCheckpoint,
} from "../../train/mod.ts";
import { namesIn } from "./_folder.ts";
import { startHub } from "./_server.ts";
import { whyNoDisk, withSmallDisk } from "./_small_disk.ts";

setDevice("reference");

if (whyNoDisk !== null) console.log(`Full disks are not tested: ${whyNoDisk}`);

const small = zeros([1000]); // 4 kB
const large = zeros([100, 1000]); // 400 kB

/** A test on a disk that has room for `small` and not for `large`. */
function onSmallDisk(name: string, test: (disk: string) => Promise<void>): void {
  Deno.test({ name, ignore: whyNoDisk !== null, fn: () => withSmallDisk(256, test) });
}

/** Checks that `save` fails for want of room with one line. */
async function fails(save: () => Promise<void>): Promise<void> {
  const { message } = await assertRejects(save, WriteError, "No space left on device");
  assertEquals(message.match(/Cannot write|nothing was changed|\n/g), [
    "Cannot write",
    "nothing was changed",
  ]);
}

onSmallDisk(
  "saveCheckpoint: a full disk keeps the old weights and no part of the new",
  async (disk) => {
    await saveCheckpoint(disk, { w: small });
    await fails(() => saveCheckpoint(disk, { w: large }));
    assertEquals(namesIn(disk), ["model.safetensors"]);
    assertEquals((await readSafetensors(`${disk}/model.safetensors`)).w!.shape, [1000]);
  },
);

onSmallDisk(
  "saveCheckpoint: a disk that is full at the second shard keeps the first",
  async (disk) => {
    const maxShardBytes = 4000;
    await saveCheckpoint(disk, { a: small, b: small }, { maxShardBytes });
    const names = namesIn(disk);
    const first = await Deno.readFile(`${disk}/${names[0]}`);
    await fails(() => saveCheckpoint(disk, { c: small, d: large }, { maxShardBytes }));
    assertEquals(namesIn(disk), names);
    assertEquals(await Deno.readFile(`${disk}/${names[0]}`), first);
  },
);

onSmallDisk("saveModel: a full disk leaves no folder that was not there", async (disk) => {
  await fails(() => saveModel(`${disk}/model`, { json: {}, params: { w: large } }));
  assertEquals(namesIn(disk), []);
});

onSmallDisk("saveRunCheckpoint: a full disk keeps the checkpoint before", async (disk) => {
  const run = { position: { epoch: 0, row: 0 }, settings: {} };
  await saveRunCheckpoint(disk, { ...run, state: { w: small }, step: 1 });
  await fails(() => saveRunCheckpoint(disk, { ...run, state: { w: large }, step: 2 }));
  assertEquals(namesIn(disk), ["checkpoint-00000001"]);
  assertEquals((await loadRunCheckpoint(disk, { w: small }, {}))?.step, 1);
});

onSmallDisk("saveAdapter: a full disk keeps the old adapter whole", async (disk) => {
  const params = { q: { weight: zeros([100, 100]) } };
  const adapterOf = (r: number) => lora.init(key(0), params, { r, target_modules: ["q"] });
  await saveAdapter(disk, adapterOf(2));
  await fails(() => saveAdapter(disk, adapterOf(500)));
  assertEquals(namesIn(disk), ["adapter_config.json", "adapter_model.safetensors"]);
  assertEquals(configOf(await loadAdapter(disk, params)).r, 2);
});

onSmallDisk("saveAdapter: a disk that is full at the second file keeps the first", async (disk) => {
  const params = { q: { weight: zeros([100, 100]) } };
  const adapterOf = (r: number) => lora.init(key(0), params, { r, target_modules: ["q"] });
  await saveAdapter(disk, adapterOf(2));
  // Room for the tensors (3.5 kB, so one page) and the folder, and not for the configuration.
  await fillBut(disk, 1);
  await fails(() => saveAdapter(disk, adapterOf(4)));
  assertEquals(configOf(await loadAdapter(disk, params)).r, 2);
});

onSmallDisk("resolveModel: a full disk leaves no part of a download", async (disk) => {
  const hub = startHub({ "model.safetensors": "x".repeat(400_000) });
  const options = { endpoint: hub.endpoint, cacheFolder: disk, offline: false };
  try {
    await fails(async () => void await resolveModel("org/tiny", options));
    assertEquals(namesIn(`${disk}/models--org--tiny/blobs`), []);
  } finally {
    await hub.close();
  }
});

/** Fills a disk but for so many pages. */
async function fillBut(disk: string, pages: number): Promise<void> {
  const path = `${disk}/filling`;
  using file = await Deno.open(path, { write: true, create: true });
  const page = new Uint8Array(4096);
  let written = 0;
  try {
    while (true) written += await file.write(page);
  } catch {
    await file.truncate(written - pages * page.length);
  }
}
