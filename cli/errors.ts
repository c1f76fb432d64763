/** A command line that cannot be run as it stands. */
export class UsageError extends Error {
  override name = "UsageError";
}
