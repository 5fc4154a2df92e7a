import assert from "node:assert/strict";
import { connect as connectTcp, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { connect as connectTls } from "node:tls";
import type { QBConnectorOptions } from "qbconnector";
import { exchange, RawConnection, send, type Answer, type Exchange } from "./http-exchange.js";
import { query } from "./message-sets.js";
import { startConnector, type RunningConnector } from "./running-connector.js";
import { until } from "./until.js";

export type Transport = "HTTP" | "HTTPS";
export const TRANSPORTS: readonly Transport[] = ["HTTP", "HTTPS"];

/** Requests of others that have to be answered before it counts as "served meanwhile". */
const SERVED_MEANWHILE = 3;
const HONEST = "honest";

/** A connection of an attacker, with the means to end it rudely. */
export class Attacker extends RawConnection {
  readonly tcp: Socket;
  /** Ready to send: connected, with the handshake of TLS done where there is one. */
  ready = false;

  constructor(port: number, tcp: Socket, socket: Socket = tcp) {
    super(port, socket);
    this.tcp = tcp;
    tcp.on("error", () => {});
    socket.once(socket === tcp ? "connect" : "secureConnect", () => (this.ready = true));
  }

  /** Ends the connection with RST. */
  reset(): void {
    this.tcp.resetAndDestroy();
    this.socket.destroy();
  }

  ended(why = "the connector ended the connection"): Promise<void> {
    return until(() => this.closed, why);
  }

  connected(): Promise<void> {
    return until(() => this.ready, "the attacker is connected");
  }

  answered(count = 1): Promise<void> {
    return until(() => this.answers >= count, `${count} answers arrived`);
  }
}

/** A connector that is attacked while an honest client uses it. */
export class Siege {
  readonly running: RunningConnector;
  readonly transport: Transport;
  readonly url: string;
  /** Connections that the connector has, honest ones included. */
  openConnections = 0;
  readonly #attackers = new Set<Attacker>();
  #served = 0;
  #failure: unknown;
  #stopping = false;
  #honest: Promise<void> = Promise.resolve();

  constructor(running: RunningConnector, transport: Transport) {
    this.running = running;
    this.transport = transport;
    this.url = `${transport.toLowerCase()}://127.0.0.1:${running.port}`;
    running.connector.on("connected", () => void this.openConnections++);
    running.connector.on("disconnected", () => void this.openConnections--);
  }

  /** The ids of the requests that reached QuickBooks, those of the honest client left out. */
  get intruders(): (string | undefined)[] {
    return this.running.processor.order.filter((id) => id !== HONEST);
  }

  /** A connection as any client makes it, TLS included. */
  open(localAddress = "127.0.0.1"): Attacker {
    const { port } = this.running;
    const tcp = connectTcp({ host: "127.0.0.1", port, localAddress });
    const socket = this.transport === "HTTP" ? tcp : connectTls({ socket: tcp, rejectUnauthorized: false });
    return this.#keep(new Attacker(port, tcp, socket));
  }

  /** A connection without TLS, whatever the connector speaks. */
  openBare(): Attacker {
    const { port } = this.running;
    return this.#keep(new Attacker(port, connectTcp({ host: "127.0.0.1", port })));
  }

  openMany(count: number): Attacker[] {
    return Array.from({ length: count }, () => this.open());
  }

  /** Sends bytes on a connection of its own; gives what came until the connector ended it. */
  async answerTo(bytes: string | Uint8Array): Promise<string> {
    const attacker = this.open();
    attacker.write(bytes);
    await attacker.ended();
    return attacker.received;
  }

  exchange(options: Exchange = {}): Promise<Answer> {
    return exchange(this.url, options);
  }

  send(qbxml: string | Uint8Array, options: Exchange = {}): Promise<Answer> {
    return send(this.url, qbxml, options);
  }

  /** Waits until requests of the honest client that begin now are answered. Fails when one is not. */
  async othersAreServed(count: number = SERVED_MEANWHILE): Promise<void> {
    // The one under way may have begun before the attack.
    const enough = this.#served + 1 + count;
    await until(() => this.#served >= enough || this.#failure !== undefined, "others were served meanwhile");
    if (this.#failure !== undefined) throw this.#failure;
  }

  beginHonestWork(): void {
    this.#honest = this.#workHonestly().catch((error: unknown) => void (this.#failure = error));
  }

  async endHonestWork(): Promise<void> {
    this.#stopping = true;
    await this.#honest;
    if (this.#failure !== undefined) throw this.#failure;
  }

  hangUp(): void {
    for (const { socket } of this.#attackers) socket.destroy();
  }

  async #workHonestly(): Promise<void> {
    while (!this.#stopping) {
      const { status, body } = await this.send(query(HONEST));
      assert.equal(status, 200, body);
      this.#served++;
    }
  }

  #keep(attacker: Attacker): Attacker {
    this.#attackers.add(attacker);
    attacker.socket.once("close", () => this.#attackers.delete(attacker));
    return attacker;
  }
}

export interface AttackOptions extends QBConnectorOptions {
  /** Where the attack makes sense. Default: everywhere. */
  readonly over?: readonly Transport[];
}

/**
 * A test for each transport: an attack on a connector that serves an honest client the whole time, and that has to be back
 * where it began when the attackers are gone.
 */
export function underAttack(
  name: string,
  { over = TRANSPORTS, ...options }: AttackOptions,
  attack: (siege: Siege, t: TestContext) => Promise<void>,
): void {
  for (const transport of over) {
    test(`${name} (${transport})`, { timeout: 60_000 }, async (t) => {
      const siege = await besiege(t, transport, options);
      assert.equal((await siege.send(query(HONEST))).status, 200);
      await until(
        () => !/Socket|TLS|Req|Shutdown|TCPServerWrap.*TCPServer/.test(openHandles()),
        "what came before is gone",
      );
      const atTheStart = openHandles();
      siege.beginHonestWork();
      t.after(() => siege.hangUp());
      await attack(siege, t);
      await siege.endHonestWork();
      siege.hangUp();
      await until(() => siege.openConnections === 0, "every connection is closed");
      await until(() => openHandles() === atTheStart, `the open handles are as before: ${atTheStart}`).catch(
        (error: Error) => assert.fail(`${error.message}; they are ${openHandles()}`),
      );
      await checkQueue(siege);
    });
  }
}

async function besiege(t: TestContext, transport: Transport, options: QBConnectorOptions): Promise<Siege> {
  return new Siege(await startConnector(t, { ...options, enableSSL: transport === "HTTPS" }), transport);
}

function openHandles(): string {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== "Immediate")
    .toSorted()
    .join(" ");
}

/** Nothing waits for QuickBooks, nothing runs there, and no session is open. */
async function checkQueue(siege: Siege): Promise<void> {
  const { processor } = siege.running;
  await until(() => processor.openSessions === 0, "every session is closed");
  const { json } = await siege.exchange({ path: "/health", method: "GET" });
  const { waiting, running, held } = json["quickbooks"] as Record<string, unknown>;
  assert.deepEqual({ waiting, running, held }, { waiting: 0, running: undefined, held: [] });
}
