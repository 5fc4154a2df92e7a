import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { QBClient, type QBConnectorOptions } from "qbconnector";
import type { ComRequestProcessorOptions } from "qbconnector/com";
import { startOnWindows } from "./wine.js";
import { startScriptedQuickBooks, type ScriptedQuickBooks, type StubHandler } from "./scripted-quickbooks.js";

export interface ConnectorProgramOptions {
  readonly com?: ComRequestProcessorOptions;
  readonly connector?: Omit<QBConnectorOptions, "quickbooks" | "logger">;
}

export interface WindowsConnector {
  readonly url: string;
  readonly pin: string;
  readonly quickBooks: ScriptedQuickBooks;
  /** A client on this side, destroyed after the test. */
  readonly client: (user?: string) => QBClient;
}

/** `qbconnector` as a program on Windows, with QuickBooks scripted from here; both end with the test. */
export async function startWindowsConnector(
  t: TestContext,
  handler: StubHandler,
  options: ConnectorProgramOptions = {},
): Promise<WindowsConnector> {
  const quickBooks = await startScriptedQuickBooks(t, handler);
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const program = startOnWindows("build/windows/support/connector-program.js", {
    QB_CONTROL_PORT: String((server.address() as AddressInfo).port),
    QB_PROGRAM: JSON.stringify(options),
  });
  const control = await Promise.race([connected(server), program.ended.then(failure)]).finally(() =>
    server.close(),
  );
  t.after(async () => {
    control.destroy();
    const { status, output } = await program.ended;
    if (status !== 0) throw new Error(`the connector on Windows ended with ${status}\n${output}`);
  });
  const [port, pin] = (await Promise.race([line(control), program.ended.then(failure)])).split(" ");
  const url = `https://127.0.0.1:${port}`;
  const client = (user = "Foo"): QBClient => {
    const made = new QBClient(`URL='${url}' User='${user}' Password='Bar' SSLPin='${pin}'`);
    t.after(() => made.destroy());
    return made;
  };
  return { url, pin: pin as string, quickBooks, client };
}

async function connected(server: ReturnType<typeof createServer>): Promise<Socket> {
  const [socket] = (await once(server, "connection")) as [Socket];
  return socket.on("error", () => socket.destroy());
}

async function line(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, "data")) as [Buffer];
  return chunk.toString("utf8").trim();
}

function failure({ status, output }: { status: unknown; output: string }): never {
  throw new Error(`the program on Windows ended early, with ${String(status)}\n${output}`);
}
