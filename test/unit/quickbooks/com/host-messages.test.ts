import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { HostLink, HostLinkEvents } from "../../../../dist/quickbooks/com/host-link.js";
import { PipeLink } from "../../../../dist/quickbooks/com/pipe-link.js";
import { ProcessLink } from "../../../../dist/quickbooks/com/process-link.js";
import { until } from "../../../support/until.js";

const DIST = new URL("../../../../dist/quickbooks/com/", import.meta.url).href;
/** Sends back what it gets, with something that only V8's own format carries. */
const CHILD = `process.on("message", (command) => process.send({ ...command, ofV8: new Map([[1, 2]]) }));`;
const OTHER_NODE = `
import { connect } from "node:net";
import { AnswerFrames } from "${DIST}answer-frames.js";
import { messageFrame, readMessage } from "${DIST}host-frames.js";
const socket = connect(process.env.QBCONNECTOR_HOST_PIPE);
const onAnswer = (_, bytes) => socket.write(messageFrame({ ...readMessage(bytes), ofV8: new Map([[1, 2]]) }));
const frames = new AnswerFrames({ isExpected: () => true, onAnswer });
socket.on("data", (chunk) => frames.push(chunk));
socket.write(process.env.QBCONNECTOR_HOST_SECRET);
`;

/** Every one of Unicode's characters; of the surrogates only whole pairs. */
function everyCharacter(): string {
  const parts: string[] = [];
  for (let code = 0; code <= 0x10_ffff; code++)
    if (code < 0xd800 || code > 0xdfff) parts.push(String.fromCodePoint(code));
  return parts.join("");
}

describe("messages between the program and its host are JSON, which every Node reads", () => {
  const links = [
    ["a process", CHILD, ProcessLink],
    ["another Node", OTHER_NODE, PipeLink],
  ] as const;
  for (const [kind, code, Link] of links)
    it(`and every character arrives, there and back: ${kind}`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "qbconnector-messages-"));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      const module = join(folder, "host.mjs");
      writeFileSync(module, code);
      const messages: unknown[] = [];
      const ends: string[] = [];
      const events: HostLinkEvents = {
        isExpected: () => false,
        onMessage: (message) => void messages.push(message),
        onAnswer() {},
        onGarbage() {},
        onGone: (how) => void ends.push(how),
      };
      const link: HostLink = new Link(module, process.execPath, events);
      link.hold(true);
      const text = everyCharacter();
      link.post({ id: 1, call: "process", kind: "requests", text });
      await until(() => messages.length + ends.length > 0, "the echo is there");
      link.kill();
      await until(() => ends.length > 0, "the host has ended");
      const [{ text: echo, ...rest }] = messages as [{ text: string }];
      assert.ok(echo === text, "the text has changed");
      assert.deepEqual(rest, { id: 1, call: "process", kind: "requests", ofV8: {} });
    });
});
