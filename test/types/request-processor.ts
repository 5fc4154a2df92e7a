// What an embedder writes to bring their own road to QuickBooks.
import {
  fromHresult,
  QBClient,
  QBConnector,
  type MessageSet,
  type QuickBooksSession,
  type QuickBooksSettings,
  type RequestProcessor,
} from "qbconnector";

class Recorder implements RequestProcessor {
  async open(
    settings: QuickBooksSettings,
    options?: { readonly signal?: AbortSignal },
  ): Promise<QuickBooksSession> {
    options?.signal?.throwIfAborted();
    if (settings.companyFile === "") throw fromHresult(0x80040417);
    return {
      companyFile: settings.companyFile,
      process: async (set) => answer(set),
      close: async () => undefined,
    };
  }
}

function answer(set: MessageSet): Uint8Array | string {
  // @ts-expect-error what the gate understood is not changed behind it
  set.text = "";
  return set.requests.map((request) => request.name).join();
}

// @ts-expect-error a session has to say which company file is open
const incomplete: QuickBooksSession = { process: async () => "", close: async () => undefined };

export const connector = new QBConnector({ quickbooks: new Recorder() });
export const client = new QBClient("CompanyFile='C:\\Books\\Shop.qbw'", { quickbooks: new Recorder() });
export { incomplete };
