import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import express from "express";
import fastify from "fastify";
import { QBError } from "qbconnector";
import { readWebhook } from "qbconnector/online";
import { curl } from "../support/curl.js";
import { opensslSignature } from "../support/online/webhook-signature.js";

const TOKEN = "f4c1-verifier";
const BODY = JSON.stringify(
  {
    eventNotifications: [
      {
        realmId: "310687",
        dataChangeEvent: { entities: [{ name: "Customer", id: "7", operation: "Create", note: "Zoë €" }] },
      },
    ],
  },
  undefined,
  1,
);
const READ = "310687 Create Customer 7";

type Server = (test: TestContext) => Promise<string>;

function answerTo(body: unknown, signature: string | string[] | undefined): { status: number; text: string } {
  try {
    const notifications = readWebhook(body as Uint8Array, signature, TOKEN);
    const lines = notifications.map(({ companyId, operation, entity, id }) =>
      [companyId, operation, entity, id].join(" "),
    );
    return { status: 200, text: lines.join("\n") };
  } catch (error) {
    if (error instanceof QBError) return { status: error.httpStatus, text: error.code };
    throw error;
  }
}

function expressWith(parser: express.RequestHandler): Server {
  return async (test) => {
    const application = express();
    application.post("/webhooks", parser, (request, response) => {
      const { status, text } = answerTo(request.body, request.get("intuit-signature"));
      response.status(status).type("text/plain").send(text);
    });
    const server = application.listen(0, "127.0.0.1");
    test.after(() => {
      server.close();
      server.closeAllConnections();
    });
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
  };
}

const withFastify: Server = async (test) => {
  const application = fastify();
  application.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  application.post("/webhooks", (request, reply) => {
    const { status, text } = answerTo(request.body, request.headers["intuit-signature"]);
    return reply.code(status).type("text/plain").send(text);
  });
  test.after(() => application.close());
  return `${await application.listen({ port: 0, host: "127.0.0.1" })}/webhooks`;
};

async function post(url: string, body: string, signatures: readonly string[]): Promise<string> {
  const headers = signatures.flatMap((signature) => ["-H", `intuit-signature: ${signature}`]);
  const json = ["-H", "content-type: application/json"];
  const answer = await curl([...json, ...headers, "--data-binary", "@-", "-w", " %{http_code}", url], body);
  assert.equal(answer.exitCode, 0, answer.stderr);
  return answer.stdout;
}

describe("webhooks over HTTP", () => {
  const signature = opensslSignature(BODY, TOKEN);
  const servers = { express: expressWith(express.raw({ type: "*/*" })), fastify: withFastify };
  for (const [name, start] of Object.entries(servers))
    it(`are read by ${name} from the raw body, and refused when anything is wrong`, async (test) => {
      const url = await start(test);
      assert.equal(await post(url, BODY, [signature]), `${READ} 200`);
      assert.equal(await post(url, BODY, []), "QB_WEBHOOK_SIGNATURE 401");
      assert.equal(await post(url, `${BODY} `, [signature]), "QB_WEBHOOK_SIGNATURE 401");
      assert.equal(await post(url, BODY, [signature, signature]), "QB_WEBHOOK_SIGNATURE 401");
      assert.equal(await post(url, "[5]", [opensslSignature("[5]", TOKEN)]), "QB_WEBHOOK_PAYLOAD 400");
    });

  it("are refused when something has parsed them before", async (test) => {
    const url = await expressWith(express.json())(test);
    assert.equal(await post(url, BODY, [signature]), "QB_INVALID_ARGUMENT 400");
  });
});
