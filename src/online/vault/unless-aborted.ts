import { QBError } from "../../errors.js";

/** Nobody waits any longer than until `signal`; what runs goes on, because others share it. */
export async function unlessAborted<Result>(
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  if (signal === undefined) return work();
  const aborted = () => new QBError("QB_ABORTED", "the call was aborted", { cause: signal.reason });
  if (signal.aborted) throw aborted();
  const running = work();
  return new Promise((resolve, reject) => {
    const abort = () => reject(aborted());
    signal.addEventListener("abort", abort, { once: true });
    void running.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
