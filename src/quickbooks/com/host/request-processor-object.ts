import type { Apartment } from "../../../windows/automation/apartment.js";
import type { DispatchObject } from "../../../windows/automation/dispatch-object.js";
import type { FileMode } from "../../request-processor.js";
import type { HostSettings, ServerChoice } from "../host-protocol.js";
import { isUnknownMember } from "./optional-call.js";

const localQuickBooks = 1;

// The numbers of Intuit's enumerations.
const fileModes: Readonly<Record<FileMode, number>> = { SingleUser: 0, MultiUser: 1, DoNotCare: 2 };
const unattendedModes = { required: 1, optional: 2 } as const;
const personalDataModes = { required: 1, optional: 2, notNeeded: 3 } as const;
const releaseLevels = ["pre-alpha", "alpha", "beta", "release"];

const nothing = (): void => {};

/** The calls of Intuit's request processor, by their names. */
export class RequestProcessorObject {
  readonly #object: DispatchObject;

  constructor(object: DispatchObject) {
    this.#object = object;
  }

  static create(apartment: Apartment, { clsid, kind }: ServerChoice): RequestProcessorObject {
    return new RequestProcessorObject(apartment.create(clsid, kind));
  }

  /** @returns Whether it was OpenConnection2; libraries of the first generation only have OpenConnection. */
  openConnection(applicationId: string, applicationName: string): boolean {
    try {
      this.#object.call("OpenConnection2", [applicationId, applicationName, localQuickBooks], nothing);
      return true;
    } catch (error) {
      if (!isUnknownMember(error)) throw error;
    }
    this.#object.call("OpenConnection", [applicationId, applicationName], nothing);
    return false;
  }

  closeConnection(): void {
    this.#object.call("CloseConnection", [], nothing);
  }

  authPreferences(): AuthPreferencesObject {
    return new AuthPreferencesObject(this.#object.getObject("AuthPreferences"));
  }

  /** @returns The ticket. */
  beginSession(companyFile: string, mode: FileMode): string {
    return this.#object.call("BeginSession", [companyFile, fileModes[mode]], (ticket) => ticket.text());
  }

  endSession(ticket: string): void {
    this.#object.call("EndSession", [ticket], nothing);
  }

  currentCompanyFile(ticket: string): string {
    return this.#object.call("GetCurrentCompanyFileName", [ticket], (name) => name.text());
  }

  versionsForSession(ticket: string): string[] {
    return this.#object.get("QBXMLVersionsForSession", [ticket], (versions) => versions.texts());
  }

  /** @example "16.0 release 3" */
  release(): string {
    const level = this.#number("ReleaseLevel");
    const version = `${this.#number("MajorVersion")}.${this.#number("MinorVersion")}`;
    return `${version} ${releaseLevels[level] ?? `level ${level}`} ${this.#number("ReleaseNumber")}`;
  }

  /** @param reserved How many bytes to leave free before the document. */
  processRequest(ticket: string, text: string, reserved: number): Uint8Array<ArrayBuffer> {
    return this.#object.call("ProcessRequest", [ticket, text], (answer) => answer.utf8(reserved));
  }

  /** @see processRequest */
  processSubscription(text: string, reserved: number): Uint8Array<ArrayBuffer> {
    return this.#object.call("ProcessSubscription", [text], (answer) => answer.utf8(reserved));
  }

  letGo(): void {
    this.#object.release();
  }

  #number(property: string): number {
    return this.#object.get(property, [], (value) => value.number());
  }
}

/** What a program asks to be allowed, before the session begins. */
export class AuthPreferencesObject {
  readonly #object: DispatchObject;

  constructor(object: DispatchObject) {
    this.#object = object;
  }

  putIsReadOnly(): void {
    this.#object.call("PutIsReadOnly", [true], nothing);
  }

  putUnattendedMode(mode: NonNullable<HostSettings["unattendedMode"]>): void {
    this.#object.call("PutUnattendedModePref", [unattendedModes[mode]], nothing);
  }

  putPersonalData(mode: NonNullable<HostSettings["personalData"]>): void {
    this.#object.call("PutPersonalDataPref", [personalDataModes[mode]], nothing);
  }

  putAuthFlags(flags: number): void {
    this.#object.call("PutAuthFlags", [flags], nothing);
  }

  wereObeyed(ticket: string): boolean {
    return this.#object.call("WasAuthPreferencesObeyed", [ticket], (obeyed) => obeyed.boolean());
  }

  letGo(): void {
    this.#object.release();
  }
}
