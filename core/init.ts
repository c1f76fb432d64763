import { choosePreferred, currentBackend, type DeviceName, setDevice } from "./backend.ts";

/**
 * Makes a device ready, so that jitted functions run at once from the first call on. Without it the
 * first `await` does the same, on the CPU. A device that was lost is opened anew; what was computed
 * on it has to be loaded again.
 *
 * @param options `device`: the one to use from now on; default: the one that `setDevice`, the variable
 *   GRAFT_DEVICE or an evaluation has chosen, else a graphics card if WebGPU has one, else the CPU
 * @throws {UnsupportedError} if there is no such device
 */
export async function init(options: { readonly device?: DeviceName } = {}): Promise<void> {
  if (options.device) setDevice(options.device);
  else await choosePreferred();
  await currentBackend().init();
}
