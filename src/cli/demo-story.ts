import { randomBytes } from "node:crypto";
import type { QBClient } from "../client/qb-client.js";
import { QBError } from "../errors.js";
import { child, readElement, textAt, type QBXMLElement } from "../qbxml/reader.js";
import { formatTable } from "./table.js";

/** Adds a customer, adds an invoice for it, queries both; gives the result as a table. Can be told any number of times. */
export async function tellStory(client: QBClient): Promise<string> {
  const customer = `Demo customer ${randomBytes(4).toString("hex")}`;
  await sendSet(client, `${addCustomer(customer)}${addInvoice(customer)}`);
  const [customers, invoices] = await sendSet(client, `${queryCustomer(customer)}${queryInvoices(customer)}`);
  return resultTable(objects(customers, "CustomerRet"), objects(invoices, "InvoiceRet"));
}

export function messageSet(requests: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">${requests}</QBXMLMsgsRq></QBXML>`;
}

function addCustomer(name: string): string {
  return `<CustomerAddRq requestID="1"><CustomerAdd><Name>${name}</Name><CompanyName>Demo Ltd</CompanyName></CustomerAdd></CustomerAddRq>`;
}

function addInvoice(customer: string): string {
  const line = (item: string, quantity: number): string =>
    `<InvoiceLineAdd><ItemRef><FullName>${item}</FullName></ItemRef><Quantity>${quantity}</Quantity></InvoiceLineAdd>`;
  const lines = `${line("Consulting", 3)}${line("Installation", 1)}`;
  return `<InvoiceAddRq requestID="2"><InvoiceAdd><CustomerRef><FullName>${customer}</FullName></CustomerRef>${lines}</InvoiceAdd></InvoiceAddRq>`;
}

function queryCustomer(customer: string): string {
  return `<CustomerQueryRq requestID="3"><FullName>${customer}</FullName></CustomerQueryRq>`;
}

function queryInvoices(customer: string): string {
  return `<InvoiceQueryRq requestID="4"><EntityFilter><FullName>${customer}</FullName></EntityFilter></InvoiceQueryRq>`;
}

/** The responses, all of them without an Error status. */
async function sendSet(client: QBClient, requests: string): Promise<readonly QBXMLElement[]> {
  const set = child(readElement(await client.send(messageSet(requests))), "QBXMLMsgsRs");
  const responses = set?.children ?? [];
  const failed = responses.find(({ attributes }) => attributes["statusSeverity"] === "Error");
  if (failed === undefined) return responses;
  const { statusCode, statusMessage } = failed.attributes;
  throw new QBError("QB_REQUEST_REFUSED", `${failed.name}: status ${statusCode}: ${statusMessage}`);
}

function objects(response: QBXMLElement | undefined, name: string): readonly QBXMLElement[] {
  return response?.children.filter((one) => one.name === name) ?? [];
}

function resultTable(customers: readonly QBXMLElement[], invoices: readonly QBXMLElement[]): string {
  const balances = new Map(
    customers.map((customer) => [textAt(customer, "FullName"), textAt(customer, "Balance") ?? ""]),
  );
  const rows = invoices.map((invoice) => {
    const name = textAt(invoice, "CustomerRef", "FullName") ?? "";
    const [number = "", date = "", amount = ""] = ["RefNumber", "TxnDate", "Subtotal"].map((field) =>
      textAt(invoice, field),
    );
    return [name, balances.get(name) ?? "", number, date, amount];
  });
  return formatTable(["Customer", "Balance>", "Invoice>", "Date", "Amount>"], rows);
}
