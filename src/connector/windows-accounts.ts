import { QBError } from "../errors.js";
import { AccountThrottle, FAILURES_BEFORE_PAUSE, FAILURES_COUNT_MS } from "./account-throttle.js";

/** Says why Windows refuses a logon. */
export interface LogonRefusal {
  /** For the log; the client hears nothing of it. */
  readonly reason: string;
}

/** Asks Windows whether a logon with these credentials succeeds. To reject says that Windows could not be asked. */
export type WindowsLogon = (credentials: {
  readonly user: string;
  readonly password: string;
  /** Interactive instead of network logon. */
  readonly interactive: boolean;
}) => Promise<boolean | LogonRefusal>;

export interface WindowsAccountsOptions {
  readonly windowsLogon: WindowsLogon | undefined;
  readonly useInteractiveLogon: () => boolean;
  /** Hears why a logon could not be tried. */
  readonly onError: (error: QBError) => void;
  /** Hears what the operator should know of logons that Windows refused. */
  readonly onRefusal: (message: string) => void;
  readonly now?: () => number;
}

/** Who sent a header that is asked about. */
export interface WindowsLogin {
  readonly user: string;
  readonly password: string;
  /** Stands for the header. */
  readonly digest: string;
}

export type WindowsVerdict = "accepted" | "refused" | "unknown";

/** The accounts of Windows, asked so seldom that wrong passwords do not lock them. */
export class WindowsAccounts {
  readonly #options: WindowsAccountsOptions;
  readonly #throttle: AccountThrottle;
  readonly #now: () => number;
  /** Headers that Windows refused, and until when it is not asked about them again. */
  readonly #refused = new Map<string, number>();

  constructor(options: WindowsAccountsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#throttle = new AccountThrottle(this.#now);
  }

  /** Throws `QB_THROTTLED` while Windows is not asked about the account. */
  check(user: string): void {
    this.#throttle.check(user);
  }

  isPaused(user: string): boolean {
    return this.#throttle.isPaused(user);
  }

  async ask(login: WindowsLogin): Promise<WindowsVerdict> {
    const { windowsLogon, useInteractiveLogon, onError } = this.#options;
    const { user, password, digest } = login;
    if (password === "") return "refused";
    const interactive = useInteractiveLogon();
    const memory = `${interactive ? "interactive" : "network"} ${digest}`;
    if (this.#wasRefused(memory)) return "refused";
    if (windowsLogon === undefined) {
      onError(unavailable(`user "${user}" has a Windows account, which cannot be checked here`));
      return "unknown";
    }
    const end = this.#throttle.begin(user);
    try {
      const answer = await windowsLogon({ user, password, interactive });
      end(answer !== true);
      if (answer === true) return "accepted";
      this.#remember(memory);
      this.#tell(user, answer);
      return "refused";
    } catch (cause) {
      end(false);
      onError(notChecked(user, cause));
      return "unknown";
    }
  }

  #wasRefused(memory: string): boolean {
    return this.#now() < (this.#refused.get(memory) ?? -Infinity);
  }

  #remember(memory: string): void {
    for (const [old, until] of this.#refused) if (this.#now() >= until) this.#refused.delete(old);
    this.#refused.set(memory, this.#now() + FAILURES_COUNT_MS);
  }

  #tell(user: string, answer: boolean | LogonRefusal): void {
    const { onRefusal } = this.#options;
    if (typeof answer === "object") onRefusal(`Windows refused the logon of "${user}": ${answer.reason}`);
    if (!this.#throttle.isPaused(user)) return;
    const minutes = FAILURES_COUNT_MS / 60_000;
    onRefusal(
      `${FAILURES_BEFORE_PAUSE} logons of "${user}" failed within ${minutes} minutes: so that the account is not locked, Windows is not asked about it for a while`,
    );
  }
}

function unavailable(message: string, advice?: string, cause?: unknown): QBError {
  return new QBError("QB_LOGON_UNAVAILABLE", message, { advice, cause });
}

function notChecked(user: string, cause: unknown): QBError {
  const message = `the Windows account of user "${user}" could not be checked`;
  if (!(cause instanceof QBError)) return unavailable(message, undefined, cause);
  return unavailable(`${message}: ${cause.message}`, cause.advice, cause);
}
