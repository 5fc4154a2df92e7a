import { spawn } from "node:child_process";
import { connect, createServer, type AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { Certificate } from "./certificates.js";
import { XML_ANSWER } from "./raw-server.js";
import { until } from "./until.js";

export interface OpensslServer {
  readonly url: string;
  /** Everything that came over its connections, decrypted. */
  readonly received: () => string;
}

/** `openssl s_server`, which answers every request with an empty response document. It ends with the test. */
export async function startOpensslServer(
  t: TestContext,
  { keyFile, certificateFile }: Certificate,
  ...more: readonly string[]
): Promise<OpensslServer> {
  const port = await freePort();
  const files = ["-key", keyFile, "-cert", certificateFile];
  const parameters = ["s_server", "-quiet", "-accept", `127.0.0.1:${port}`, ...files, ...more];
  const child = spawn("openssl", parameters, { stdio: ["pipe", "pipe", "ignore"] });
  t.after(() => void child.kill("SIGKILL"));
  let received = "";
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("latin1").on("data", (data: string) => {
    received += data;
    if (data.includes("</QBXML>")) child.stdin.write(XML_ANSWER);
  });
  let ready = false;
  await until(() => {
    if (!ready)
      connect(port, "127.0.0.1", () => (ready = true))
        .on("error", () => {})
        .end();
    return ready;
  }, "openssl listens");
  return { url: `https://127.0.0.1:${port}`, received: () => received };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
