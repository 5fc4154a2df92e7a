import type { QBConnector } from "../connector/qb-connector.js";
import { readMessageSet } from "../qbxml/envelope.js";
import { say } from "./options.js";
import { summarizeResponse } from "./response-summary.js";
import { onOneLine } from "./table.js";

/** Prints each event of a connector as a short line, without bodies and passwords. */
export function narrate(connector: QBConnector): void {
  const tell = (connectionId: number, what: string, text: string): void =>
    say(`  [${connectionId}] ${what.padEnd(13)} ${onOneLine(text)}`);
  connector.on("connected", ({ connectionId, statusCode, description }) =>
    tell(connectionId, "connection", statusCode === 0 ? "open" : description),
  );
  connector.on("authorization", ({ connectionId, user, accept }) =>
    tell(connectionId, "authorization", `user ${JSON.stringify(user)} ${accept ? "accepted" : "refused"}`),
  );
  connector.on("request", ({ connectionId, request }) => tell(connectionId, "request", namesIn(request)));
  connector.on("response", ({ connectionId, response }) =>
    tell(connectionId, "response", statusesIn(response)),
  );
  connector.on("error", ({ connectionId, description }) => tell(connectionId, "error", description));
  connector.on("disconnected", ({ connectionId, statusCode, description }) =>
    tell(connectionId, "connection", statusCode === 0 ? "closed" : description),
  );
}

function namesIn(request: string): string {
  return shorten(readMessageSet(request).requests.map(({ name }) => name));
}

function statusesIn(response: string): string {
  return shorten(
    summarizeResponse(response).rows.map(
      ({ request, statusCode, severity }) => `${request} ${statusCode} ${severity}`,
    ),
  );
}

function shorten(parts: readonly string[]): string {
  const shown = parts.slice(0, 4).join(", ");
  return parts.length > 4 ? `${shown} and ${parts.length - 4} more` : shown;
}
