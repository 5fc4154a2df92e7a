import { Apartment } from "../../../windows/automation/apartment.js";
import type { HostSettings, ServerChoice, SessionFacts } from "../host-protocol.js";
import { putPreferences, wantedPreferences } from "./auth-preferences.js";
import { askIfPossible, callIfKnown } from "./optional-call.js";
import { type AuthPreferencesObject, RequestProcessorObject } from "./request-processor-object.js";
import { UndoList } from "./undo-list.js";

/** A session could not be opened, and something of it may remain. The cause is why it could not be opened. */
export class NotUndone extends Error {
  constructor(cause: unknown) {
    super("something of a session that could not be opened remains", { cause });
  }
}

/** Connection and session with QuickBooks, with the object and the apartment that they live in. */
export class OpenSession {
  readonly facts: SessionFacts;
  readonly #undo: UndoList;
  readonly #apartment: Apartment;
  readonly #processor: RequestProcessorObject;
  readonly #ticket: string;

  private constructor(server: ServerChoice, settings: HostSettings, undo: UndoList) {
    const notes: string[] = [];
    this.#undo = undo;
    this.#apartment = undo.keep(Apartment.enter(), (apartment) => apartment.leave());
    const create = (): RequestProcessorObject => RequestProcessorObject.create(this.#apartment, server);
    this.#processor = undo.keep(create(), (processor) => processor.letGo());
    this.#connect(settings, notes);
    const preferences = this.#prefer(settings, notes);
    this.#ticket = this.#begin(settings);
    this.facts = this.#look(preferences, notes);
  }

  /** When a step fails, those before it are undone, and its failure is thrown, as `NotUndone` when that fails, too. */
  static open(server: ServerChoice, settings: HostSettings): OpenSession {
    const undo = new UndoList();
    try {
      return new OpenSession(server, settings, undo);
    } catch (error) {
      throw undo.run() === undefined ? error : new NotUndone(error);
    }
  }

  companyFile(): string {
    return this.#processor.currentCompanyFile(this.#ticket);
  }

  /** @returns The answer in UTF-8, after `reserved` bytes for the caller. */
  process(kind: "requests" | "subscriptions", text: string, reserved: number): Uint8Array<ArrayBuffer> {
    return kind === "requests"
      ? this.#processor.processRequest(this.#ticket, text, reserved)
      : this.#processor.processSubscription(text, reserved);
  }

  pump(): void {
    this.#apartment.pump();
  }

  /** Ends everything, in reverse order; a step that fails does not keep the next from being tried. Gives the first failure. */
  close(): unknown {
    return this.#undo.run();
  }

  #connect({ applicationId, applicationName }: HostSettings, notes: string[]): void {
    const isCurrent = this.#processor.openConnection(applicationId, applicationName);
    this.#undo.add(() => this.#processor.closeConnection());
    if (!isCurrent) notes.push("OpenConnection2 is not available: it goes on with OpenConnection");
  }

  #prefer(settings: HostSettings, notes: string[]): AuthPreferencesObject | undefined {
    const wanted = wantedPreferences(settings);
    if (wanted.length === 0) return undefined;
    const consequence = `it goes on without ${wanted.map(([setting]) => setting).join(", ")}`;
    const preferences = callIfKnown(notes, consequence, () => this.#processor.authPreferences());
    if (preferences === undefined) return undefined;
    this.#undo.add(() => preferences.letGo());
    putPreferences(preferences, wanted, notes);
    return preferences;
  }

  #begin({ companyFile, mode }: HostSettings): string {
    const ticket = this.#processor.beginSession(companyFile, mode);
    this.#undo.add(() => this.#processor.endSession(ticket));
    return ticket;
  }

  #look(preferences: AuthPreferencesObject | undefined, notes: string[]): SessionFacts {
    if (preferences !== undefined) this.#checkObeyed(preferences, notes);
    return {
      companyFile: this.companyFile(),
      versions:
        askIfPossible(notes, "the qbXML versions of the session are unknown", () =>
          this.#processor.versionsForSession(this.#ticket),
        ) ?? [],
      release: askIfPossible(notes, "its release is unknown", () => this.#processor.release()) ?? "",
      notes,
    };
  }

  #checkObeyed(preferences: AuthPreferencesObject, notes: string[]): void {
    const consequence = "whether QuickBooks obeys the preferences is unknown";
    const obeyed = askIfPossible(notes, consequence, () => preferences.wereObeyed(this.#ticket));
    if (obeyed === false) notes.push("QuickBooks does not obey all of the preferences that were put");
  }
}
