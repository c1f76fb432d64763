import { connectSocket, type Socket } from "./_zmq.ts";

/** What a cell showed: the media of its last value and of what it displayed, and what it wrote. */
export type CellOutput = {
  readonly results: readonly { readonly [type: string]: unknown }[];
  readonly text: string;
};

/** The kernel of `deno jupyter`, in a process of its own. */
export type Kernel = {
  /**
   * Runs a cell and waits for as many values as it is to show: the kernel may be idle before it has
   * shown them. Fails with the error that the cell throws.
   */
  readonly run: (code: string, values: number) => Promise<CellOutput>;
  readonly close: () => Promise<void>;
};

/** A message of Jupyter. */
type Message = {
  readonly type: string;
  /** Id of the message that it answers. */
  readonly parent: string;
  readonly content: Content;
};
type Content = { readonly [name: string]: unknown };

const KEY = "graft";
const DELIMITER = "<IDS|MSG>";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Starts the kernel in a folder and talks to it as a notebook does.
 *
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
export async function startKernel(folder: URL): Promise<Kernel> {
  const [shell, iopub, stdin, control, hb] = freePorts(5) as [number, ...number[]];
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const connection = {
    ip: "127.0.0.1",
    transport: "tcp",
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: hb,
    key: KEY,
    signature_scheme: "hmac-sha256",
    kernel_name: "deno",
  };
  await Deno.writeTextFile(path, JSON.stringify(connection));
  const process = new Deno.Command(Deno.execPath(), {
    args: ["jupyter", "--kernel", "--conn", path],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).spawn();
  const requests = await patiently(() => connectSocket("DEALER", shell));
  const reports = await patiently(() => connectSocket("SUB", iopub!));
  await untilHeard(requests, reports);
  return {
    run: (code, values) => runCell(requests, reports, code, values),
    close: async () => {
      requests.close();
      reports.close();
      process.kill();
      await process.status;
      await Deno.remove(path);
    },
  };
}

/** Asks for something until the answer is reported: at first nobody knows of the subscription. */
async function untilHeard(requests: Socket, reports: Socket): Promise<void> {
  const heard = reports.receive().then(() => true);
  const wait = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 50));
  do {
    await requests.send(await packed(crypto.randomUUID(), "kernel_info_request", {}));
    await requests.receive();
  } while (!await Promise.race([heard, wait()]));
}

async function runCell(
  requests: Socket,
  reports: Socket,
  code: string,
  values: number,
): Promise<CellOutput> {
  const id = crypto.randomUUID();
  const request = {
    code,
    silent: false,
    store_history: true,
    user_expressions: {},
    allow_stdin: false,
    stop_on_error: true,
  };
  await requests.send(await packed(id, "execute_request", request));
  const results: Content[] = [];
  let text = "";
  let isIdle = false;
  while (!isIdle || results.length < values) {
    const { type, parent, content } = unpacked(await reports.receive());
    if (parent !== id) continue;
    switch (type) {
      case "execute_result":
      case "display_data":
        results.push(content.data as Content);
        break;
      case "stream":
        text += content.text;
        break;
      case "error":
        throw new Error(`${content.ename}: ${content.evalue}\n${content.traceback}`);
      case "status":
        isIdle ||= content.execution_state === "idle";
    }
  }
  await requests.receive(); // the reply repeats what was reported
  return { results, text };
}

async function packed(id: string, type: string, content: Content): Promise<Uint8Array[]> {
  const header = {
    msg_id: id,
    session: "test",
    username: "test",
    date: new Date().toISOString(),
    msg_type: type,
    version: "5.3",
  };
  const parts = [header, {}, {}, content].map((part) => encoder.encode(JSON.stringify(part)));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(KEY), algorithm, false, ["sign"]);
  const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, whole)).toHex();
  return [encoder.encode(DELIMITER), encoder.encode(signature), ...parts];
}

function unpacked(frames: readonly Uint8Array[]): Message {
  const texts = frames.map((frame) => decoder.decode(frame));
  const [, , header, parent, , content] = texts.slice(texts.indexOf(DELIMITER)) as string[];
  return {
    type: JSON.parse(header!).msg_type,
    parent: JSON.parse(parent!).msg_id ?? "",
    content: JSON.parse(content!),
  };
}

function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () => Deno.listen({ port: 0 }));
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}

/** Tries again until the kernel listens. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let i = 0;; i++) {
    try {
      return await attempt();
    } catch (error) {
      if (i === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
