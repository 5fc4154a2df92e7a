import type { QBConnector, QBConnectorEvents } from "qbconnector";

export const EVENT_NAMES = [
  "authorization",
  "connectionRequest",
  "connected",
  "disconnected",
  "header",
  "request",
  "response",
  "sslClientAuthentication",
  "sslConnectionRequest",
  "sslStatus",
  "status",
  "error",
] as const satisfies readonly (keyof QBConnectorEvents)[];

export type RecordedEvent = {
  [Name in keyof QBConnectorEvents]: { readonly name: Name; readonly event: QBConnectorEvents[Name] };
}[keyof QBConnectorEvents];

/** Listens to the events and keeps them in their order. */
export function recordEvents(
  connector: QBConnector,
  names: readonly (keyof QBConnectorEvents)[] = EVENT_NAMES,
): RecordedEvent[] {
  const events: RecordedEvent[] = [];
  for (const name of names) connector.on(name, (event) => void events.push({ name, event } as RecordedEvent));
  return events;
}

/** Those of one name. */
export function eventsOf<Name extends keyof QBConnectorEvents>(
  events: readonly RecordedEvent[],
  name: Name,
): QBConnectorEvents[Name][] {
  return events
    .filter((recorded) => recorded.name === name)
    .map((recorded) => recorded.event as QBConnectorEvents[Name]);
}
