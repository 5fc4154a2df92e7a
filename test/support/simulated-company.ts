import assert from "node:assert/strict";
import type { QuickBooksSession, QuickBooksSettings } from "qbconnector";
import { textAt, type QBXMLElement } from "qbconnector/qbxml";
import { Simulator, type SimulatorOptions } from "qbconnector/simulator";
import { response, SETTINGS, type SetOptions } from "./quickbooks-requests.js";

/** A session with a new simulated company. */
export async function openCompany(
  options: SimulatorOptions = {},
  settings: Partial<QuickBooksSettings> = {},
): Promise<QuickBooksSession> {
  return new Simulator(options).open({ ...SETTINGS, ...settings });
}

/** Sends one request that must succeed and gives the first object of its response. */
export async function done(
  session: QuickBooksSession,
  request: string,
  options?: SetOptions,
): Promise<QBXMLElement> {
  const result = await response(session, request, options);
  assert.equal(result.attributes["statusCode"], "0", result.attributes["statusMessage"]);
  return result.children[0] as QBXMLElement;
}

export async function addCustomer(
  session: QuickBooksSession,
  name: string,
  more = "",
): Promise<QBXMLElement> {
  return done(
    session,
    `<CustomerAddRq><CustomerAdd><Name>${name}</Name>${more}</CustomerAdd></CustomerAddRq>`,
  );
}

export async function addJob(
  session: QuickBooksSession,
  parent: string,
  name: string,
): Promise<QBXMLElement> {
  return addCustomer(session, name, `<ParentRef><FullName>${parent}</FullName></ParentRef>`);
}

export function invoiceAdd(customer: string, lines: string, head = ""): string {
  const who = `<CustomerRef><FullName>${customer}</FullName></CustomerRef>`;
  return `<InvoiceAddRq><InvoiceAdd>${who}${head}${lines}</InvoiceAdd></InvoiceAddRq>`;
}

export function invoiceLine(figures: string, item = "Consulting"): string {
  return `<InvoiceLineAdd><ItemRef><FullName>${item}</FullName></ItemRef>${figures}</InvoiceLineAdd>`;
}

/** One field of the account or customer with this full name. */
export async function fieldOf(
  session: QuickBooksSession,
  kind: "Account" | "Customer",
  fullName: string,
  field: string,
): Promise<string | undefined> {
  return textAt(
    await done(session, `<${kind}QueryRq><FullName>${fullName}</FullName></${kind}QueryRq>`),
    field,
  );
}

/** The texts of one field of all objects in a response. */
export function column(result: QBXMLElement, field: string): (string | undefined)[] {
  return result.children.map((object) => textAt(object, field));
}
