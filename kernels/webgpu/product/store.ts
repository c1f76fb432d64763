/** Where tunings outlive the process: one JSON text. */
export type TuningStore = {
  readonly read: () => string | null;
  readonly write: (text: string) => void;
};

/**
 * The file `graft/webgpu_tunings.json` of the user's cache directory; null where there is no Deno,
 * or no permission that was given already: tuning never asks for one.
 */
export function fileStore(): TuningStore | null {
  if (typeof Deno === "undefined") return null;
  const folder = cacheFolder();
  if (folder === null) return null;
  const path = `${folder}/webgpu_tunings.json`;
  return {
    read: () => {
      if (!isGranted({ name: "read", path })) return null;
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return null;
        throw error;
      }
    },
    write: (text) => {
      if (!isGranted({ name: "write", path: folder })) return;
      Deno.mkdirSync(folder, { recursive: true });
      // A reader sees the old text or the new one, never half of it.
      const part = `${path}.${crypto.randomUUID()}`;
      Deno.writeTextFileSync(part, text);
      Deno.renameSync(part, path);
    },
  };
}

function cacheFolder(): string | null {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local, HOME: home } = Object.fromEntries(
    ["XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"].map((name) => [name, variable(name)]),
  );
  const parent = xdg ?? local ?? (home ? `${home}/.cache` : null);
  return parent ? `${parent}/graft` : null;
}

function variable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) || undefined : undefined;
}

function isGranted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}
