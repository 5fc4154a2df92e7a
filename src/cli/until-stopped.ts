import type { QBConnector } from "../connector/qb-connector.js";
import { EXIT } from "./exit-codes.js";

/** On Windows the closing of the console window, and a log-off, arrive as SIGHUP, some seconds before the end. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGBREAK", "SIGHUP"] : ["SIGINT", "SIGTERM"];
/** npm passes Ctrl-C on to a program that the terminal has told already; nobody presses it twice so fast. */
const SAME_PRESS_MS = 300;
/** A QuickBooks that hangs must not keep the process. */
const CUT_MS = 2_000;

/** Serves until Ctrl-C, SIGTERM or the closing of its window, then lets running work end. A second one cuts it and ends the process. */
export function untilStopped(connector: QBConnector, say: (line: string) => void): Promise<void> {
  let since = 0;
  return new Promise((resolve, reject) => {
    const onSignal = (): void => {
      if (since > 0) {
        if (performance.now() - since > SAME_PRESS_MS) cut(connector);
        return;
      }
      since = performance.now();
      say("Closing: running requests may end. Ctrl-C again cuts them.");
      const closed = connector.close().finally(() => {
        for (const name of SIGNALS) process.off(name, onSignal);
      });
      closed.then(() => say("Closed.")).then(resolve, reject);
    };
    for (const name of SIGNALS) process.on(name, onSignal);
  });
}

function cut(connector: QBConnector): void {
  const exit = (): never => process.exit(EXIT.interrupted);
  setTimeout(exit, CUT_MS);
  connector.destroy().then(exit, exit);
}
