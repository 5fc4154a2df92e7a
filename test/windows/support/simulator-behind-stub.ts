import { QBError, type QuickBooksSession, type QuickBooksSettings, type RequestProcessor } from "qbconnector";
import { readMessageSet, type MessageSet } from "qbconnector/qbxml";
import { SETTINGS } from "../../support/quickbooks-requests.js";
import type { StubCall, StubHandler, StubReply } from "./scripted-quickbooks.js";

const MODES = ["SingleUser", "MultiUser", "DoNotCare"] as const;

interface Seen {
  settings: QuickBooksSettings;
  session?: QuickBooksSession;
}

/** Another request processor answers what reaches the stub, with the settings that reached the stub. */
export function answeredBy(behind: RequestProcessor): StubHandler {
  const processors = new Map<number, Seen>();
  return async (call) => {
    const seen = processors.get(call.processor) ?? { settings: SETTINGS };
    processors.set(call.processor, seen);
    try {
      return await answer(behind, seen, call);
    } catch (error) {
      return failureOf(error);
    }
  };
}

async function answer(behind: RequestProcessor, seen: Seen, call: StubCall): Promise<StubReply> {
  const [first = "", second = ""] = call.arguments;
  switch (call.method) {
    case "OpenConnection":
    case "OpenConnection2":
      seen.settings = { ...SETTINGS, applicationId: first, applicationName: second };
      return {};
    case "PutAuthFlags":
      seen.settings = { ...seen.settings, authFlags: Number(first) };
      return {};
    case "PutIsReadOnly":
      seen.settings = { ...seen.settings, readOnly: first === "1" };
      return {};
    case "BeginSession":
      seen.session = await behind.open({
        ...seen.settings,
        companyFile: first,
        mode: MODES[Number(second)] as QuickBooksSettings["mode"],
      });
      return {};
    case "ProcessRequest":
      return { value: textOf(await opened(seen).process(readable(second))) };
    case "GetCurrentCompanyFileName":
      return { value: opened(seen).companyFile };
    case "EndSession":
      await seen.session?.close();
      return {};
    default:
      return {};
  }
}

function opened({ session }: Seen): QuickBooksSession {
  if (session === undefined) throw new Error("the stub let a call through without a session");
  return session;
}

/** What the gate of the connector would have made of this text; it may be none that QuickBooks can read. */
function readable(text: string): MessageSet {
  try {
    return readMessageSet(text);
  } catch (cause) {
    throw new QBError("QB_REQUEST_REFUSED", "0x80040400", { hresult: "0x80040400", cause });
  }
}

function textOf(answered: string | Uint8Array): string {
  return typeof answered === "string" ? answered : Buffer.from(answered).toString("utf8");
}

function failureOf(error: unknown): StubReply {
  const hresult = error instanceof QBError ? error.hresult : undefined;
  if (hresult === undefined) return { hresult: 0x80004005, description: String(error) };
  return { hresult: Number(hresult), description: (error as QBError).message };
}
