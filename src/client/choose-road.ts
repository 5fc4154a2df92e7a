import type { ConnectionString } from "../connection-string.js";
import type { EventDispatch } from "../event-dispatch.js";
import { isLoopback } from "../wire/loopback.js";
import type { CompleteClientOptions } from "./client-options.js";
import type { QBClientEvents } from "./events.js";
import { HttpRoad } from "./http-road.js";
import { LocalRoad } from "./local-road.js";
import type { Road } from "./road.js";

/** The way to the QuickBooks that the connection string means. */
export function chooseRoad(
  values: ConnectionString,
  options: CompleteClientOptions,
  dispatch: EventDispatch<QBClientEvents>,
): Road {
  if (values.URL === undefined) return new LocalRoad(options.quickbooks, values, options.logger);
  if (sendsPasswordInClear(values))
    options.logger.warn({}, "the password goes over the network in clear text: the URL begins with http:");
  return new HttpRoad(values, options, dispatch);
}

function sendsPasswordInClear({ URL: url = "", Password: password }: ConnectionString): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && password !== undefined && !isLoopback(hostname.replace(/^\[|\]$/g, ""));
}
