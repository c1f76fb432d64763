import { type DeviceName, setDevice } from "./backend.ts";
import { ready } from "./evaluate.ts";

/**
 * Makes a device ready, so that jitted functions run at once from the first call on. Without it the
 * first `await` does the same.
 *
 * @param options `device`: the one to use from now on; default: the current one
 * @throws {UnsupportedError} if there is no such device
 */
export async function init(options: { readonly device?: DeviceName } = {}): Promise<void> {
  if (options.device) setDevice(options.device);
  await ready();
}
