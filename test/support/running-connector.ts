import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { QBConnector, type Logger, type QBConnectorOptions } from "qbconnector";
import { ScriptedProcessor } from "./scripted-processor.js";

export interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface RunningConnector {
  readonly connector: QBConnector;
  readonly processor: ScriptedProcessor;
  readonly log: LogLine[];
  readonly url: string;
  readonly port: number;
}

export function recordingLogger(log: LogLine[]): Logger {
  const level =
    (name: string) =>
    (fields: object, message: string): void =>
      void log.push({ level: name, fields: fields as Record<string, unknown>, message });
  return { debug: level("debug"), info: level("info"), warn: level("warn"), error: level("error") };
}

/** A connector with the user Foo (password Bar) that is not listening yet; it is destroyed after the test. */
export function makeConnector(
  t: TestContext,
  options: QBConnectorOptions = {},
): { connector: QBConnector; processor: ScriptedProcessor; log: LogLine[] } {
  const processor = new ScriptedProcessor();
  const log: LogLine[] = [];
  const connector = new QBConnector({
    localPort: 0,
    quickbooks: processor,
    logger: recordingLogger(log),
    authorizedUsers: [{ user: "Foo", password: "Bar" }],
    sslCertFile: sharedCertificateFile(),
    ...options,
  });
  t.after(() => connector.destroy());
  return { connector, processor, log };
}

let certificateFile: string | undefined;

/** Where all connectors of a test process keep the certificate that they make: making it takes longer than most tests. */
export function sharedCertificateFile(): string {
  if (certificateFile === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "qbconnector-certificate-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    certificateFile = join(folder, "certificate.pem");
  }
  return certificateFile;
}

/** The same, listening on a free port of this machine. */
export async function startConnector(
  t: TestContext,
  options: QBConnectorOptions = {},
): Promise<RunningConnector> {
  const made = makeConnector(t, options);
  await made.connector.listen();
  const port = made.connector.localPort;
  return { ...made, port, url: `${made.connector.enableSSL ? "https" : "http"}://127.0.0.1:${port}` };
}
