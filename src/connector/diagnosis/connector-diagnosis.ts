import { fail, skip, type Check } from "../../diagnosis.js";
import { QBError } from "../../errors.js";
import { checkNode, nodeFacts } from "../../node-check.js";
import type { QuickBooksSettings, RequestProcessor } from "../../quickbooks/request-processor.js";
import { isSelfMade } from "../certificate/self-made-certificate.js";
import type { ServerCertificate } from "../certificate/server-certificate.js";
import { publicCertificate } from "../certificate/public-certificate.js";
import { checkCalls, type CallsFacts } from "./calls-check.js";
import { checkCertificate, type CertificateFacts } from "./certificate-check.js";
import { checkClock } from "./clock-check.js";
import { checkPort } from "./port-check.js";
import { checkUsers, type UserFacts } from "./users-check.js";

/** What the diagnosis looks at, in the words of `QBConnector`. */
export interface DiagnosedConnector {
  readonly listening: boolean;
  readonly localHost: string;
  readonly localPort: number;
  readonly enableSSL: boolean;
  readonly sslCert: ServerCertificate;
  readonly authorizedUsers: Iterable<UserFacts>;
}

export interface DiagnosisSurroundings {
  readonly connector: DiagnosedConnector;
  readonly quickbooks: RequestProcessor | undefined;
  readonly asksWindows: () => boolean;
  readonly programDecides: () => boolean;
  readonly calls: () => CallsFacts;
}

/** How long the look at QuickBooks may take. */
export const LONGEST_DIAGNOSIS_MS = 30_000;

/** Looks at the connector that runs, and has its request processor look at QuickBooks: one look at a time. */
export class ConnectorDiagnosis {
  readonly #surroundings: DiagnosisSurroundings;
  #lookingSince: number | undefined;

  constructor(surroundings: DiagnosisSurroundings) {
    this.#surroundings = surroundings;
  }

  /** Never fails: what does not work is a check. Takes `limitMs` at most; `signal` ends it sooner. */
  async run(
    settings: QuickBooksSettings,
    { limitMs, signal }: { readonly limitMs: number; readonly signal: AbortSignal },
  ): Promise<readonly Check[]> {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(Math.min(limitMs, LONGEST_DIAGNOSIS_MS))]);
    return [...this.#ownChecks(), ...(await this.#lookAtQuickBooks(settings, bounded))];
  }

  #ownChecks(): readonly Check[] {
    const { connector, programDecides, asksWindows, calls } = this.#surroundings;
    const { listening, localHost: host, localPort: port, authorizedUsers } = connector;
    const now = new Date();
    return [
      checkNode(nodeFacts()),
      listening
        ? checkPort({ host, port, state: "listening" })
        : skip("port", "the connector is served by another server of its program"),
      checkCertificate(certificateFacts(connector, now)),
      checkClock(now),
      checkUsers({
        users: [...authorizedUsers],
        programDecides: programDecides(),
        asksWindows: asksWindows(),
      }),
      checkCalls(calls()),
    ];
  }

  /** A look that does not come back in its time is left behind, and no other begins before it does. */
  async #lookAtQuickBooks(settings: QuickBooksSettings, signal: AbortSignal): Promise<readonly Check[]> {
    const { quickbooks } = this.#surroundings;
    if (quickbooks?.diagnose === undefined)
      return [skip("quickbooks", "the request processor of this connector cannot look at what is behind it")];
    if (this.#lookingSince !== undefined) return [this.#underWay(this.#lookingSince)];
    this.#lookingSince = Date.now();
    const looking = Promise.resolve().then(() => quickbooks.diagnose?.(settings, { signal }) ?? []);
    const settled = looking.finally(() => (this.#lookingSince = undefined));
    try {
      return await Promise.race([settled, endOf(signal)]);
    } catch (error) {
      return [failed(error)];
    }
  }

  #underWay(since: number): Check {
    return skip(
      "quickbooks",
      `another diagnosis has been looking at QuickBooks for ${Math.round((Date.now() - since) / 1000)} s`,
    );
  }
}

function certificateFacts(
  { enableSSL, localHost: host, sslCert }: DiagnosedConnector,
  now: Date,
): CertificateFacts {
  const none = { enableSSL, host, now, certificate: undefined, failure: undefined, selfMade: false };
  if (!enableSSL) return none;
  try {
    const { certificate } = sslCert.identity();
    return { ...none, certificate: publicCertificate(certificate), selfMade: isSelfMade(certificate) };
  } catch (error) {
    return { ...none, failure: error as QBError };
  }
}

function endOf(signal: AbortSignal): Promise<never> {
  const late = new QBError("QB_DEADLINE", "the look at QuickBooks did not end in its time", {
    advice:
      "Look at the screen of QuickBooks, and at its processes in the Task Manager; restart it when it hangs.",
  });
  return new Promise((_, reject) => {
    if (signal.aborted) reject(late);
    signal.addEventListener("abort", () => reject(late), { once: true });
  });
}

function failed(error: unknown): Check {
  const { message, advice } =
    error instanceof QBError
      ? error
      : new QBError("QB_INTERNAL", "the request processor failed while it looked", { cause: error });
  return fail("quickbooks", message, advice);
}
