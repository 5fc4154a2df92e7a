import assert from "node:assert/strict";
import { once } from "node:events";
import { describe, it, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import type { QBClientEvents } from "qbconnector";
import { ServerAuthentication } from "../../../dist/client/server-authentication.js";
import { serverTrust } from "../../../dist/client/server-trust.js";
import { DispatchEmitter, EventDispatch, type TypedEmitter } from "../../../dist/event-dispatch.js";
import { makeCertificate, pinOf } from "../../support/certificates.js";
import { startRawServer } from "../../support/raw-server.js";

const { key, cert, ...files } = makeCertificate();
const pin = pinOf(files);
const failures: string[] = [];

async function authenticationWith(
  t: TestContext,
  listenerMs: number,
): Promise<{
  emitter: TypedEmitter<QBClientEvents>;
  authentication: ServerAuthentication;
  socket: TLSSocket;
}> {
  const emitter = new DispatchEmitter<QBClientEvents>();
  const dispatch = new EventDispatch(emitter, {
    timeLimitMs: () => listenerMs,
    onListenerError: (_, error) => void failures.push((error as Error).message),
  });
  const authentication = new ServerAuthentication(serverTrust({ SSLPin: pin }), dispatch);
  const { port } = await startRawServer(t, () => {}, { key, cert });
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  t.after(() => socket.destroy());
  await once(socket, "secureConnect");
  return { emitter, authentication, socket };
}

describe("ServerAuthentication", () => {
  it("refuses when listeners take too long, even a trusted certificate", async (t) => {
    const { emitter, authentication, socket } = await authenticationWith(t, 30);
    let decide = (): void => {};
    emitter.on("sslServerAuthentication", async (event) => {
      await new Promise<void>((resolve) => (decide = resolve));
      event.accept = true;
    });
    await assert.rejects(authentication.admit(socket), { code: "QB_LISTENER", who: "developer" });
    decide();
    assert.deepEqual(failures.splice(0), ["the sslServerAuthentication listeners took longer than 30 ms"]);
  });

  it("end gives up what is being judged, without blaming the listener", async (t) => {
    const { emitter, authentication, socket } = await authenticationWith(t, 600_000);
    emitter.on("sslServerAuthentication", () => new Promise(() => {}));
    const judged = assert.rejects(authentication.admit(socket), { code: "QB_UNREACHABLE" });
    authentication.end();
    await judged;
    assert.deepEqual(failures, []);
  });

  it("leaves nothing on the socket that it admitted", async (t) => {
    const { emitter, authentication, socket } = await authenticationWith(t, 600_000);
    const before = socket.listenerCount("close");
    emitter.on("sslServerAuthentication", ({ accept }) => assert.equal(accept, true));
    await authentication.admit(socket);
    authentication.end();
    assert.deepEqual([socket.listenerCount("close"), socket.destroyed], [before, false]);
  });
});
