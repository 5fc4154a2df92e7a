import { QBError } from "../../errors.js";
import { aborted } from "../call-failure.js";
import { companyFileKey, sessionKey } from "../held-sessions.js";
import type { QuickBooksSession, QuickBooksSettings, RequestProcessor } from "../request-processor.js";
import { CloseAndRetry } from "./close-and-retry.js";
import type { ComOptions } from "./com-options.js";
import { ComSession, type ComSessionEvents, type HostedSession } from "./com-session.js";
import { CrashBackOff } from "./crash-back-off.js";
import { HostHandle } from "./host-handle.js";
import { hostNotStarted } from "./host-failure.js";
import { HostPool } from "./host-pool.js";
import type { MachineFacts } from "./machine-facts.js";
import { chooseServer, notA32BitNode, type ChosenServer } from "./server-choice.js";
import type { Surroundings } from "./surroundings.js";

interface ParkedSession extends HostedSession {
  readonly cancelTimer: () => void;
}

interface OpenOptions {
  readonly signal?: AbortSignal;
}

/**
 * Opens sessions in hosts of their own, and parks those that nobody uses for the next call with the same settings. Hosts that have
 * no session any more serve the next one of the same application.
 */
export class ComRoad implements RequestProcessor {
  readonly #options: ComOptions;
  readonly #surroundings: Surroundings;
  readonly #backOff: CrashBackOff;
  readonly #closeAndRetry: CloseAndRetry;
  readonly #sessionEvents: ComSessionEvents;
  readonly #parked = new Set<ParkedSession>();
  readonly #hosts: HostPool;
  #inUse = 0;
  readonly #ending = new Set<Promise<void>>();
  readonly #warned = new Set<string>();
  #chosen: ChosenServer | undefined;

  constructor(options: ComOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#backOff = new CrashBackOff(surroundings.clock);
    this.#closeAndRetry = new CloseAndRetry(options, surroundings, (signal) => this.#lookAlone(signal));
    this.#hosts = new HostPool({
      clock: surroundings.clock,
      idleMs: options.idleReleaseMs,
      start: (inNode32) => this.#start(inNode32),
    });
    this.#sessionEvents = {
      onAnswer: () => this.#backOff.succeeded(),
      onClose: (hosted, isWell) => {
        this.#inUse--;
        return isWell ? this.#park(hosted) : this.#end(hosted);
      },
    };
  }

  async open(settings: QuickBooksSettings, { signal }: OpenOptions = {}): Promise<QuickBooksSession> {
    checkSignal(signal);
    const hosted =
      (await this.#takeParked(settings, signal)) ??
      (await this.#closeAndRetry.run(() => this.#openAlone(settings, signal), signal));
    this.#inUse++;
    return new ComSession(hosted, this.#sessionEvents);
  }

  /** Whether somebody has a session, so that QuickBooks may be at work for him. */
  get isInUse(): boolean {
    return this.#inUse > 0;
  }

  /** Opens QuickBooks as a call does, once, and never ends it to try again. Gives the company file. */
  async tryToOpen(settings: QuickBooksSettings, signal: AbortSignal): Promise<string> {
    const hosted = (await this.#takeParked(settings, signal)) ?? (await this.#openAlone(settings, signal));
    await this.#park(hosted);
    return hosted.companyFile;
  }

  async release(): Promise<void> {
    for (const parked of this.#parked) this.#endParked(parked);
    await Promise.all(this.#ending);
    await this.#hosts.release();
  }

  /** What stands between this program and QuickBooks, as a host of its own sees it. */
  async look(signal: AbortSignal | undefined): Promise<MachineFacts> {
    const host = this.#start();
    try {
      return await host.look(signal);
    } finally {
      await host.end();
    }
  }

  /** Before QuickBooks is ended: hosts may remember the one that they failed to open. */
  async #lookAlone(signal: AbortSignal | undefined): Promise<MachineFacts> {
    await this.#hosts.release();
    return await this.look(signal);
  }

  /** The parked session with these settings, if QuickBooks still has it. */
  async #takeParked(
    settings: QuickBooksSettings,
    signal: AbortSignal | undefined,
  ): Promise<HostedSession | undefined> {
    const key = sessionKey(settings);
    const parked = [...this.#parked].find((one) => sessionKey(one.settings) === key);
    if (parked === undefined) return undefined;
    this.#unpark(parked);
    try {
      return { ...parked, companyFile: await parked.host.check(signal) };
    } catch {
      await this.#end(parked);
      checkSignal(signal);
      return undefined;
    }
  }

  async #openAlone(settings: QuickBooksSettings, signal: AbortSignal | undefined): Promise<HostedSession> {
    for (const one of this.#parked) if (isInTheWay(one, settings)) this.#clear(one);
    await Promise.all(this.#ending);
    return await this.#openNew(settings, signal);
  }

  async #openNew(settings: QuickBooksSettings, signal: AbortSignal | undefined): Promise<HostedSession> {
    const { host, server, needsNode32 } = await this.#hostWithServer(settings, signal);
    const { unattendedMode, personalData, logger } = this.#options;
    try {
      const opened = await host.open(server, { ...settings, unattendedMode, personalData }, signal);
      const { companyFile, release, versions, notes } = opened;
      logger.debug({ companyFile, release, versions, notes }, "a session with QuickBooks is open");
      this.#warnOnce(notes);
      return { host, settings, companyFile };
    } catch (error) {
      const isCreation = error instanceof QBError && error.details["step"] === "CoCreateInstance";
      if (isCreation) this.#chosen = undefined;
      const isWrongNode = isCreation && needsNode32 && host.bitness !== 32;
      await (isWrongNode ? host.end() : this.#hosts.giveBack(host));
      throw isWrongNode ? notA32BitNode(host.bitness, error) : error;
    }
  }

  /** Every session has the same to say. */
  #warnOnce(notes: readonly string[]): void {
    for (const note of notes) {
      if (this.#warned.has(note)) continue;
      this.#warned.add(note);
      this.#options.logger.warn({}, `QuickBooks does not do all that is asked of it: ${note}`);
    }
  }

  /** The choice is kept until the chosen one cannot be created. */
  async #hostWithServer(
    settings: QuickBooksSettings,
    signal: AbortSignal | undefined,
  ): Promise<ChosenServer & { readonly host: HostHandle }> {
    const { applicationName, applicationId } = settings;
    const take = (inNode32: boolean): HostHandle =>
      this.#hosts.take({ applicationName, applicationId, inNode32 });
    if (this.#chosen !== undefined) return { ...this.#chosen, host: take(this.#chosen.needsNode32) };
    const host = take(false);
    const chosen = await this.#choose(host, signal);
    if (!chosen.needsNode32) return { ...chosen, host };
    await host.end();
    return { ...chosen, host: take(true) };
  }

  async #choose(host: HostHandle, signal: AbortSignal | undefined): Promise<ChosenServer> {
    try {
      const servers = await host.find(signal);
      const chosen = chooseServer(servers, host.bitness, this.#options.node32);
      this.#chosen = chosen;
      return chosen;
    } catch (error) {
      await host.end();
      throw error;
    }
  }

  #start(inNode32 = false): HostHandle {
    this.#backOff.check();
    const { clock, startProcess, startNode32, startThread } = this.#surroundings;
    const { host, node32, logger } = this.#options;
    const own = host === "thread" ? startThread : startProcess;
    const other = inNode32 ? node32 : undefined;
    const start = other === undefined ? own() : startNode32(other);
    try {
      return new HostHandle({ start, clock, logger, onCrash: () => this.#backOff.crashed() });
    } catch (error) {
      throw hostNotStarted(other ?? process.execPath, error);
    }
  }

  async #park(hosted: HostedSession): Promise<void> {
    const { idleReleaseMs } = this.#options;
    if (idleReleaseMs === 0) return await this.#end(hosted);
    const cancelTimer = this.#surroundings.clock.after(idleReleaseMs, () => this.#endParked(parked));
    const parked = { ...hosted, cancelTimer };
    this.#parked.add(parked);
  }

  #unpark(parked: ParkedSession): void {
    parked.cancelTimer();
    this.#parked.delete(parked);
  }

  #endParked(parked: ParkedSession): void {
    this.#unpark(parked);
    void this.#end(parked);
  }

  /** Ends the session; its host may serve another. */
  #clear(parked: ParkedSession): void {
    this.#unpark(parked);
    void this.#toEnd(parked, () => this.#hosts.giveBack(parked.host));
  }

  #end(hosted: HostedSession): Promise<void> {
    return this.#toEnd(hosted, () => hosted.host.end());
  }

  /** Until it has ended, no other session is opened. */
  #toEnd({ host }: HostedSession, afterwards: () => Promise<void>): Promise<void> {
    const end = async (): Promise<void> => {
      if (host.isAlive) await host.closeSession();
      await afterwards();
    };
    const ended = end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
    return ended;
  }
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw aborted("not_applied");
}

/** QuickBooks has one company file; an application has one host. */
function isInTheWay({ settings, companyFile }: HostedSession, wanted: QuickBooksSettings): boolean {
  const { applicationName, applicationId } = settings;
  if (applicationName === wanted.applicationName && applicationId === wanted.applicationId) return true;
  if (wanted.companyFile === "") return false;
  const key = companyFileKey(wanted.companyFile);
  return companyFileKey(companyFile) !== key && companyFileKey(settings.companyFile) !== key;
}
