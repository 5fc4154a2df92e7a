import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { HostLinkEvents } from "../../../../dist/quickbooks/com/host-link.js";
import { PipeLink } from "../../../../dist/quickbooks/com/pipe-link.js";
import { until } from "../../../support/until.js";

const HOST = fileURLToPath(new URL("../../../../dist/quickbooks/com/host/host-pipe.js", import.meta.url));
const FRAMES = new URL("../../../../dist/quickbooks/com/host-frames.js", import.meta.url).href;
const BEGINNING = `
import { once } from "node:events";
import { connect } from "node:net";
import { frameOf, messageFrame } from ${JSON.stringify(FRAMES)};
const { QBCONNECTOR_HOST_PIPE: pipe, QBCONNECTOR_HOST_SECRET: secret } = process.env;
`;

interface Heard {
  readonly link: PipeLink;
  readonly messages: unknown[];
  readonly answers: Uint8Array[];
  readonly garbage: string[];
  readonly ends: string[];
}

function start(t: TestContext, module: string, execPath = process.execPath): Heard {
  const [messages, answers, garbage, ends]: [unknown[], Uint8Array[], string[], string[]] = [[], [], [], []];
  const events: HostLinkEvents = {
    isExpected: (id) => id === 5,
    onMessage: (message) => void messages.push(message),
    onAnswer: (_id, answer) => void answers.push(answer),
    onGarbage: (what) => void garbage.push(what),
    onGone: (how) => void ends.push(how),
  };
  const link = new PipeLink(module, execPath, events);
  link.hold(true);
  t.after(async () => {
    link.kill();
    await until(() => ends.length > 0, "the host has ended");
  });
  return { link, messages, answers, garbage, ends };
}

/** A host that does what the code says. */
function startCode(t: TestContext, code: string): Heard {
  const folder = mkdtempSync(join(tmpdir(), "qbconnector-pipe-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const module = join(folder, "host.mjs");
  writeFileSync(module, `${BEGINNING}${code}`);
  return start(t, module);
}

describe("the way to a host in another Node", () => {
  it("carries commands, also those before it is connected, and replies, and ends it in order", async (t) => {
    const { link, messages, ends } = start(t, HOST);
    link.post({ id: 1, call: "check" });
    await until(() => messages.length === 2, "ready and a reply");
    assert.deepEqual(messages[0], { ready: true, bitness: process.arch === "ia32" ? 32 : 64 });
    assert.deepEqual(messages[1], { id: 1, error: { message: "no session is open" } });
    link.end();
    await until(() => ends.length === 1, "it has ended");
    assert.deepEqual(ends, ["exit code 0"]);
  });

  it("ends a host that is not connected yet", async (t) => {
    const { link, ends } = start(t, HOST);
    link.end();
    await until(() => ends.length === 1, "it has ended");
    assert.deepEqual(ends, ["exit code 0"]);
  });

  it("carries documents, however they are cut", async (t) => {
    const { messages, answers } = startCode(
      t,
      `
const socket = connect(pipe);
socket.write(Buffer.concat([Buffer.from(secret), messageFrame({ first: 1 }), frameOf(5, new Uint8Array(3_000_000).fill(7))]));
socket.write(messageFrame("last"));
`,
    );
    await until(() => messages.length === 2, "both messages");
    assert.deepEqual(messages, [{ first: 1 }, "last"]);
    assert.deepEqual(
      answers.map((answer) => [answer.length, answer.every((byte) => byte === 7)]),
      [[3_000_000, true]],
    );
  });

  it("listens to nobody who does not know the secret", async (t) => {
    const { link, messages } = startCode(
      t,
      `
const stranger = connect(pipe).resume();
stranger.write(Buffer.concat([Buffer.alloc(secret.length, "x"), messageFrame("of a stranger")]));
await once(stranger, "close");
const socket = connect(pipe);
socket.write(Buffer.concat([Buffer.from(secret), messageFrame({ heardBefore: stranger.bytesRead })]));
`,
    );
    link.post({ id: 1, call: "look" });
    await until(() => messages.length > 0, "the child has shown itself");
    assert.deepEqual(messages, [{ heardBefore: 0 }]);
  });

  it("tells nonsense, and answers that nobody waits for", async (t) => {
    const sent = ["frameOf(0, Buffer.from('nonsense'))", "frameOf(6, new Uint8Array(9))"];
    const told = ["a message that cannot be read", "an answer that nobody waits for, number 6"];
    for (const [index, frame] of sent.entries()) {
      const code = `connect(pipe).write(Buffer.concat([Buffer.from(secret), ${frame}]));`;
      const { garbage } = startCode(t, code);
      await until(() => garbage.length === 1, "it is told");
      assert.deepEqual(garbage, [told[index]]);
    }
  });

  it("listens no more when the system refuses to start the program at all", async () => {
    const pipes = (): number => process.getActiveResourcesInfo().filter((kind) => /Pipe/.test(kind)).length;
    const before = pipes();
    const events = { isExpected: () => false, onMessage() {}, onAnswer() {}, onGarbage() {}, onGone() {} };
    assert.throws(() => new PipeLink(HOST, "\0", events), { code: "ERR_INVALID_ARG_VALUE" });
    await until(() => pipes() === before, "nothing is left");
  });

  it("tells how it ended, once: crash, kill, no such program", async (t) => {
    const crashed = startCode(t, `process.exit(3);`);
    await until(() => crashed.ends.length > 0, "the crash is told");
    const killed = start(t, HOST);
    await until(() => killed.messages.length === 1, "it is ready");
    killed.link.kill();
    await until(() => killed.ends.length > 0, "the kill is told");
    const missing = start(t, HOST, join(tmpdir(), "no", "such", "node"));
    await until(() => missing.ends.length > 0, "it is told that there is none");
    const ends = [...crashed.ends, ...killed.ends, ...missing.ends];
    assert.deepEqual(ends.slice(0, 2), ["exit code 3", "signal SIGKILL"]);
    assert.match(ends[2] ?? "", /^it could not be started: .*ENOENT/);
    assert.equal(ends.length, 3);
  });
});
