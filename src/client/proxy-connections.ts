import { Pool, type Dispatcher } from "undici";
import { QBError } from "../errors.js";

type Connect = (options: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData>;

/** The connections to a proxy; one on which it refuses to go on to the connector fails with its status. */
export function proxyConnections(proxy: URL, options: object): Dispatcher {
  const pool: Dispatcher = new Pool(proxy, options);
  const onward = pool.connect.bind(pool) as Connect;
  const connect: Connect = async (to) => {
    const answered = await onward(to);
    if (answered.statusCode === 200) return answered;
    answered.socket.on("error", () => {}).destroy();
    throw refusal(proxy.origin, answered.statusCode);
  };
  return Object.assign(pool, { connect });
}

/** Without the proxy's user and password. */
function refusal(proxy: string, status: number): QBError {
  const message = `the proxy ${proxy} makes no connection to the connector (HTTP ${status})`;
  return new QBError("QB_UNREACHABLE", message, {
    httpStatus: status,
    retryable: status >= 500,
    advice: adviceFor(status),
  });
}

function adviceFor(status: number): string {
  if (status === 407)
    return "Write the user and the password for the proxy into the option proxy: http://USER:PASSWORD@HOST:PORT.";
  if (status >= 500) return "Check that the proxy can reach the host and port in the URL.";
  return "Check the option proxy, and have the proxy allow connections to the host and port in the URL.";
}
