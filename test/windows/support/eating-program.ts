import { OpenSession } from "../../../dist/quickbooks/com/host/open-session.js";
import { AutomationFailure } from "../../../dist/windows/automation/automation-failure.js";
import { Variant } from "../../../dist/windows/automation/variant.js";
import { newestServer, plainSettings } from "./host-settings.js";

/** What a program does many times with one session; `forgetful` is the negative control, which clears no VARIANT. */
export interface Meal {
  readonly calls: number;
  readonly request: string;
  readonly forgetful: boolean;
}

export interface Growth {
  readonly bytes: number;
  /** Characters that came back. */
  readonly received: number;
}

/** Sends the same request again and again. Gives how many characters came back, in answers and in words about failures. */
function eat(session: OpenSession, request: string, calls: number): number {
  let received = 0;
  for (let call = 0; call < calls; call++) {
    try {
      received += session.process("requests", request, 0).length;
    } catch (error) {
      if (!(error instanceof AutomationFailure)) throw error;
      received += error.description.length;
    }
  }
  return received;
}

function residentBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

process.on("message", ({ calls, request, forgetful }: Meal) => {
  if (forgetful) Variant.prototype.clear = () => {};
  const session = OpenSession.open(newestServer, plainSettings);
  eat(session, request, 3);
  const before = residentBytes();
  const received = eat(session, request, calls);
  const bytes = residentBytes() - before;
  session.close();
  process.send?.({ bytes, received } satisfies Growth);
});
