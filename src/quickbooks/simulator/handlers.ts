import { queryCompany, queryHost } from "./company-requests.js";
import { deleteListObject, deleteTransaction } from "./deletions.js";
import { addInvoice, queryInvoices } from "./invoice-requests.js";
import { ACCOUNT, CUSTOMER, ITEM_SERVICE, LIST_KINDS } from "./list-kinds.js";
import { addListObject, modListObject, queryListObjects } from "./list-requests.js";
import type { RequestHandler } from "./request-handler.js";

/** The requests that the simulator does, by element name. */
export const HANDLERS: ReadonlyMap<string, RequestHandler> = new Map([
  ["HostQueryRq", queryHost],
  ["CompanyQueryRq", queryCompany],
  ...LIST_KINDS.map((kind) => [`${kind.name}QueryRq`, queryListObjects(kind)] as const),
  ["AccountAddRq", addListObject(ACCOUNT)],
  ["CustomerAddRq", addListObject(CUSTOMER)],
  ["CustomerModRq", modListObject(CUSTOMER)],
  ["ItemServiceAddRq", addListObject(ITEM_SERVICE)],
  ["InvoiceAddRq", addInvoice],
  ["InvoiceQueryRq", queryInvoices],
  ["ListDelRq", deleteListObject],
  ["TxnDelRq", deleteTransaction],
]);
