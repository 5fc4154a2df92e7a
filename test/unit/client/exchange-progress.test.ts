import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { ExchangeProgress, WatchedClient } from "../../../dist/client/exchange-progress.js";
import { makeCertificate } from "../../support/certificates.js";
import { startRawServer, XML_ANSWER, type Reply } from "../../support/raw-server.js";
import { until } from "../../support/until.js";

const { key, cert } = makeCertificate();
type Options = ConstructorParameters<typeof WatchedClient>[1];
type Authentication = ConstructorParameters<typeof WatchedClient>[2];
type Version = "TLSv1.2" | "TLSv1.3";
const accepting = { admit: () => Promise.resolve(), tell: () => {} } as unknown as Authentication;

/** A server of that version, and a client whose connection the test can reach. */
async function meet(t: TestContext, version: Version, reply: Reply) {
  const server = await startRawServer(t, reply, { key, cert, minVersion: version, maxVersion: version });
  let socket: TLSSocket | undefined;
  const options: Options = {
    connect: (_, callback) => {
      const secured = connect({ port: server.port, host: "127.0.0.1", rejectUnauthorized: false });
      secured.once("secureConnect", () => callback(null, (socket = secured)));
    },
  };
  const client = new WatchedClient(new URL(server.url), options, accepting);
  t.after(() => client.destroy());
  const alert = (code: string): void => {
    socket?.emit("error", Object.assign(new Error("alert"), { code }));
    socket?.destroy();
  };
  const ask = async (): Promise<ExchangeProgress> => {
    const progress = new ExchangeProgress();
    const request = { path: "/", method: "POST", body: "x", opaque: progress } as const;
    await client.request(request).then(
      ({ body }) => body.text(),
      () => {},
    );
    return progress;
  };
  return { server, alert, ask };
}

const REQUIRED = "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED";

describe("an alert about the client's certificate after the request has left", () => {
  for (const [version, code, certain] of [
    ["TLSv1.3", REQUIRED, true],
    ["TLSv1.3", "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", true],
    ["TLSv1.3", "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE", true],
    ["TLSv1.3", "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", false],
    ["TLSv1.3", "ECONNRESET", false],
    ["TLSv1.2", "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", false],
  ] as const)
    it(`${version} ${code}: that nothing was read is ${certain ? "certain" : "not known"}`, async (t) => {
      const { server, alert, ask } = await meet(t, version, () => {});
      const asked = ask();
      await until(() => server.requests.length === 1, "the request has left");
      alert(code);
      const { sent, refusal } = await asked;
      assert.deepEqual([sent, refusal?.code], [true, certain ? "QB_TLS" : undefined]);
    });

  it("says nothing on a connection that has answered before", async (t) => {
    const answerOne: Reply = (socket, { number }) => void (number === 1 && socket.write(XML_ANSWER));
    const { server, alert, ask } = await meet(t, "TLSv1.3", answerOne);
    assert.equal((await ask()).answering, true);
    const asked = ask();
    await until(() => server.requests.length === 2, "the second request has left");
    alert(REQUIRED);
    const { sent, refusal } = await asked;
    assert.deepEqual([sent, refusal], [true, undefined]);
  });
});
