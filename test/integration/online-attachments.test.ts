import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, it, type TestContext } from "node:test";
import { inspect } from "node:util";
import { attach, download, type AttachOptions } from "../../dist/online/data/attachments.js";
import { pdf } from "../../dist/online/data/documents.js";
import type { AttachmentSource } from "../../dist/online/data/upload-body.js";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService } from "../support/online/data-service.js";
import { answerJson, startService, type SeenRequest } from "../support/online/attachment-service.js";

const SECRETS = /access-token-secret|Signature=s3cret/;
const BYTES = Buffer.from("%PDF-1.4\r\n--qbconnector-\r\n\0\xff", "latin1");

function folder(test: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "qbconnector-attachments-"));
  test.after(() => rmSync(path, { recursive: true }));
  return path;
}

interface Part {
  readonly name: string;
  readonly fileName: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Read by the parser of Node's fetch. */
async function partsOf({ headers, body }: SeenRequest): Promise<Part[]> {
  const type = headers["content-type"] ?? "";
  const form = await new Response(Uint8Array.from(body), { headers: { "content-type": type } }).formData();
  const parts = [...form].map(async ([name, value]) => {
    assert.ok(value instanceof File, `${name} is no file`);
    return { name, fileName: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
  });
  return Promise.all(parts);
}

/** Linux says which; elsewhere nothing is known. */
function openFiles(): string[] {
  const folder = "/proc/self/fd";
  const files = process.platform === "linux" ? readdirSync(folder) : [];
  return files.map((file) => {
    try {
      return readlinkSync(join(folder, file));
    } catch {
      return "";
    }
  });
}

const answered = { AttachableResponse: [{ Attachable: { Id: "5000", SyncToken: "0", FileName: "x" } }] };

/** Attaches to a service that takes it, and gives what arrived. */
async function sent(test: TestContext, file: AttachmentSource, options: AttachOptions) {
  const { api, seen } = await startService(test, (_, response) => answerJson(response, answered));
  assert.equal((await attach(api, file, options)).Id, "5000");
  const [request, ...others] = seen;
  assert.ok(request !== undefined && others.length === 0);
  const [metadata, content, ...more] = await partsOf(request);
  assert.ok(metadata !== undefined && content !== undefined && more.length === 0);
  return { request, metadata, content, facts: JSON.parse(metadata.bytes.toString()) as unknown };
}

describe("attaching", () => {
  it("sends what the file is and belongs to, then the file", async (test) => {
    const { request, metadata, content, facts } = await sent(test, BYTES, {
      name: "receipt.pdf",
      to: [
        { entity: "Invoice", id: "95", includeOnSend: true },
        { entity: "Bill", id: "7" },
      ],
      note: "Paid in cash",
      requestId: "logical-write-1",
    });
    assert.match(request.url.pathname, /^\/v3\/company\/[^/]+\/upload$/);
    assert.deepEqual(Object.fromEntries(request.url.searchParams), {
      minorversion: "75",
      requestid: "logical-write-1",
    });
    assert.equal(request.headers.authorization, "Bearer access-token-secret");
    assert.equal(request.headers["content-length"], String(request.body.length));
    assert.deepEqual([metadata.name, metadata.type], ["file_metadata_01", "application/json; charset=utf-8"]);
    assert.deepEqual(
      [content.name, content.fileName, content.type],
      ["file_content_01", "receipt.pdf", "application/pdf"],
    );
    assert.ok(content.bytes.equals(BYTES));
    assert.deepEqual(facts, {
      FileName: "receipt.pdf",
      ContentType: "application/pdf",
      Note: "Paid in cash",
      AttachableRef: [
        { EntityRef: { type: "Invoice", value: "95" }, IncludeOnSend: true },
        { EntityRef: { type: "Bill", value: "7" } },
      ],
    });
  });

  it("takes a file by its path, and a stream whose length nobody knows", async (test) => {
    const path = join(folder(test), "Photo.JPG");
    const large = randomBytes(3_000_000);
    writeFileSync(path, large);
    const fromFile = await sent(test, path, {});
    assert.deepEqual([fromFile.content.fileName, fromFile.content.type], ["Photo.JPG", "image/jpeg"]);
    assert.ok(fromFile.content.bytes.equals(large));
    assert.equal(fromFile.request.headers["content-length"], String(fromFile.request.body.length));
    const streamed = await sent(test, Readable.from([large, BYTES]), { name: "a", contentType: "text/csv" });
    assert.ok(streamed.content.bytes.equals(Buffer.concat([large, BYTES])));
    assert.equal(streamed.request.headers["transfer-encoding"], "chunked");
    const empty = join(folder(test), "empty.txt");
    writeFileSync(empty, "");
    assert.equal((await sent(test, empty, {})).content.bytes.length, 0);
  });

  it("keeps a name from becoming a header or another part", async (test) => {
    const names = [
      'a".pdf',
      'a"\r\nX-Injected: 1\r\n\r\nb.pdf',
      "a\r\n--qbconnector\r\nContent-Disposition: form-data; name=x\r\n\r\n.pdf",
      "a\\.pdf",
      "Rechnung für Zoë €.pdf",
      "領収書🧾.pdf",
      "\u2028\0.pdf",
    ];
    for (const name of names) {
      const { request, content, facts } = await sent(test, BYTES, { name });
      assert.deepEqual(facts, { FileName: name, ContentType: "application/pdf" });
      assert.match(content.fileName, /^[\x20-\x7e]+\.pdf$/);
      const head = request.body.subarray(0, request.body.indexOf(BYTES));
      assert.doesNotMatch(head.toString("latin1"), /[^\r\n\x20-\x7e]/, "the file alone has other bytes");
    }
  });

  it("refuses before it sends anything", async (test) => {
    const { api, seen } = await startService(test, (_, response) => answerJson(response, answered));
    const name = "a.pdf";
    const wrong: [unknown, AttachOptions, RegExp][] = [
      [BYTES, {}, /^name: /],
      [BYTES, { name: "a.exe" }, /^contentType: /],
      [BYTES, { name, contentType: "text/plain\r\nX: 1" }, /^contentType: /],
      [BYTES, { name, to: [{ entity: "Invoice/1", id: "1" }] }, /^entity: /],
      [BYTES, { name, to: [{ entity: "Invoice", id: "" }] }, /^id: /],
      [BYTES, { name, requestId: "x".repeat(51) }, /^requestId: /],
      [5, { name }, /^file: /],
      [join(folder(test), "none.pdf"), {}, /^the file cannot be read \(ENOENT\)$/],
      [folder(test), { name }, /no regular file/],
      [Buffer.alloc(100 * 1024 * 1024 + 1), { name }, /100 MB/],
    ];
    for (const [file, options, message] of wrong)
      await assert.rejects(attach(api, file as Buffer, options), { code: "QB_INVALID_ARGUMENT", message });
    assert.equal(seen.length, 0);
  });

  it("sends a file again with the same request id when it is told to wait or the connection is lost", async (test) => {
    const path = join(folder(test), "a.txt");
    writeFileSync(path, BYTES);
    let attempts = 0;
    const { api, seen } = await startService(test, (_, response) => {
      if (++attempts === 1) response.destroy();
      else if (attempts === 2) response.writeHead(429, { "retry-after": "0" }).end();
      else answerJson(response, answered);
    });
    assert.equal((await attach(api, path, {})).Id, "5000");
    assert.equal(new Set(seen.map(({ url }) => url.searchParams.get("requestid"))).size, 1);
    const bodies = await Promise.all(seen.map((request) => partsOf(request)));
    assert.deepEqual(
      bodies.map(([, content]) => content?.bytes.equals(BYTES)),
      [true, true, true],
    );
  });

  it("sends a stream once: what became of it is unknown then", async (test) => {
    const { api, seen } = await startService(test, (_, response) => response.destroy());
    const error = await attach(api, Readable.from([BYTES]), { name: "a.pdf", requestId: "r-1" }).catch(
      (reason: unknown) => reason,
    );
    const { code, outcome, message, details } = error as Record<string, unknown>;
    assert.deepEqual([code, outcome, details], ["QB_INVALID_ARGUMENT", "unknown", { requestId: "r-1" }]);
    assert.match(String(message), /the stream was read already/);
    assert.equal(seen.length, 1);
    const used = Readable.from([BYTES]);
    await used.toArray();
    await assert.rejects(attach(api, used, { name: "a.pdf" }), { message: /read already/ });
    assert.equal(seen.length, 1);
  });

  it("attaches nothing when the file ends early", async (test) => {
    const { api, seen } = await startService(test, (_, response) => answerJson(response, answered));
    const failing = Readable.from(
      (function* () {
        yield randomBytes(100_000);
        throw new Error("disk gone");
      })(),
    );
    await assert.rejects(attach(api, failing, { name: "a.pdf" }), {
      code: "QB_INVALID_ARGUMENT",
      message: /could not be read to its end/,
    });
    const path = join(folder(test), "a.txt");
    writeFileSync(path, BYTES);
    const shortened = await startService(
      test,
      (_, response) => answerJson(response, answered),
      () => truncateSync(path, 3),
    );
    await assert.rejects(attach(shortened.api, path, {}), {
      code: "QB_INVALID_ARGUMENT",
      message: /could not be read to its end/,
    });
    assert.deepEqual([seen.length, shortened.seen.length], [0, 0]);
  });

  it("leaves no file open when there is nobody to send it to", async (test) => {
    const { api, close } = await startService(test, (_, response) => answerJson(response, answered));
    await close();
    const path = join(folder(test), "a.txt");
    writeFileSync(path, BYTES);
    await assert.rejects(attach(api, path, { deadlineMs: 300 }), { outcome: "not_applied" });
    assert.deepEqual(
      openFiles().filter((file) => file.includes(path)),
      [],
    );
  });

  it("ends when its caller does, and leaves no file open", async (test) => {
    const stop = new AbortController();
    const { api, seen } = await startService(test, () => stop.abort());
    const path = join(folder(test), "a.txt");
    writeFileSync(path, BYTES);
    await assert.rejects(attach(api, path, { signal: stop.signal }), {
      code: "QB_ABORTED",
      outcome: "unknown",
    });
    assert.equal(seen.length, 1);
    assert.deepEqual(
      openFiles().filter((file) => file.includes(path)),
      [],
    );
    await assert.rejects(attach(api, path, { signal: stop.signal }), {
      code: "QB_ABORTED",
      outcome: "not_applied",
    });
    assert.equal(seen.length, 1);
  });

  it("sends what a growing file was when it began", async (test) => {
    const path = join(folder(test), "log.txt");
    writeFileSync(path, BYTES);
    const { api, seen } = await startService(test, (_, response) => answerJson(response, answered));
    const attached = attach(api, path, {});
    const growing = setInterval(() => appendFileSync(path, "more"), 1);
    await attached.finally(() => clearInterval(growing));
    const [, content] = await partsOf(seen[0] as SeenRequest);
    assert.ok(content !== undefined);
    assert.equal(content.bytes.subarray(0, BYTES.length).compare(BYTES), 0);
  });

  it("tells the fault that stands in the list of results", async (test) => {
    const fault = {
      Error: [{ Message: "Unsupported", Detail: "type", code: "2500" }],
      type: "ValidationFault",
    };
    const { api } = await startService(test, (_, response) =>
      answerJson(response, { AttachableResponse: [{ Fault: fault }] }),
    );
    await assert.rejects(attach(api, BYTES, { name: "a.pdf" }), {
      code: "QB_ONLINE_REQUEST",
      outcome: "not_applied",
      message: /Unsupported: type \(2500\)/,
    });
    let attempts = 0;
    const none = await startService(test, (_, response) =>
      answerJson(response, ++attempts === 1 ? { AttachableResponse: [] } : answered),
    );
    assert.equal((await attach(none.api, BYTES, { name: "a.pdf" })).Id, "5000");
    assert.equal(new Set(none.seen.map(({ url }) => url.searchParams.get("requestid"))).size, 1);
    assert.equal(none.seen.length, 2);
  });
});

describe("downloading", () => {
  /** Names a place on itself, as `spelled` writes it. */
  function place(test: TestContext, spelled: (url: string) => string, file: Buffer = BYTES) {
    return startService(test, ({ url, headers }, response) => {
      if (url.pathname.includes("/download/"))
        response.end(spelled(`http://${headers.host}/files/1?Signature=s3cret`));
      else response.writeHead(200, { "content-type": "image/png", "content-length": file.length }).end(file);
    });
  }

  it("streams the file from its place without showing the access token there", async (test) => {
    const file = randomBytes(5_000_000);
    const { api, seen, log } = await place(test, (url) => url, file);
    const downloaded = await download(api, "5000", {});
    assert.deepEqual([downloaded.contentType, downloaded.size], ["image/png", file.length]);
    const hash = createHash("sha256");
    for await (const chunk of downloaded.stream()) hash.update(chunk as Buffer);
    assert.equal(hash.digest("hex"), createHash("sha256").update(file).digest("hex"));
    const [asked, fetched] = seen;
    assert.match(asked?.url.pathname ?? "", /\/download\/5000$/);
    assert.equal(asked?.headers.authorization, "Bearer access-token-secret");
    assert.equal(fetched?.url.searchParams.get("Signature"), "s3cret");
    assert.equal(fetched?.headers.authorization, undefined);
    assert.doesNotMatch(JSON.stringify(fetched?.headers), SECRETS);
    assert.doesNotMatch(JSON.stringify(log), SECRETS);
  });

  it("gives bytes and text, also when the place is written in quotes", async (test) => {
    const { api } = await place(test, (url) => `"${url}"\n`);
    assert.ok(BYTES.equals(await (await download(api, "1", {})).bytes()));
    await (await download(api, "1", {})).dump();
  });

  it("goes to no place without TLS but this machine, and names no secret", async (test) => {
    const places = [
      "http://files.example/1?Signature=s3cret",
      "http://127.0.0.1.files.example/1?Signature=s3cret",
      "file:///etc/passwd",
      "ftp://127.0.0.1/1",
      "javascript:1",
      "<html>Signature=s3cret</html>",
      "",
    ];
    for (const text of places) {
      const { api, seen } = await startService(test, (_, response) => response.end(text));
      const error: unknown = await download(api, "1", {}).catch((reason: unknown) => reason);
      assert.equal((error as { code?: string }).code, "QB_ONLINE_UNAVAILABLE", text);
      assert.doesNotMatch(inspect(error, { depth: 9 }), SECRETS);
      assert.equal(seen.length, 1);
    }
  });

  it("follows no redirection, and says when the place does not work any more", async (test) => {
    for (const status of [302, 403, 404, 500]) {
      const { api, seen, log } = await startService(test, ({ url, headers }, response) => {
        if (url.pathname.includes("/download/"))
          response.end(`http://${headers.host}/files/1?Signature=s3cret`);
        else response.writeHead(status, { location: "/elsewhere" }).end("<Error/>");
      });
      const error: unknown = await download(api, "1", {}).catch((reason: unknown) => reason);
      assert.match(String(error), new RegExp(`answered ${status}; it works for some minutes only`));
      assert.doesNotMatch(inspect(error, { depth: 9 }) + JSON.stringify(log), SECRETS);
      assert.equal(seen.length, 2);
    }
  });

  it("ends in the middle when its caller says so", async (test) => {
    const { api } = await startService(test, ({ url, headers }, response) => {
      if (url.pathname.includes("/download/")) response.end(`http://${headers.host}/files/1`);
      else response.writeHead(200).write(BYTES);
    });
    const stop = new AbortController();
    const file = await download(api, "1", { signal: stop.signal });
    const read = async (): Promise<void> => {
      for await (const chunk of file) if (chunk.length > 0) stop.abort();
    };
    await assert.rejects(read(), { code: "QB_ABORTED" });
  });

  it("tells when the file is cut", async (test) => {
    const { api } = await startService(test, ({ url, headers }, response) => {
      if (url.pathname.includes("/download/")) response.end(`http://${headers.host}/files/1`);
      else {
        response.writeHead(200, { "content-length": 1000 });
        response.write(BYTES, () => response.destroy());
      }
    });
    await assert.rejects((await download(api, "1", {})).bytes(), { code: "QB_CONNECTION_LOST" });
  });
});

describe("a form as PDF", () => {
  it("is given as bytes", async (test) => {
    const { api, seen } = await startService(test, (_, response) => response.end(BYTES));
    assert.ok(BYTES.equals(await pdf(api, "SalesReceipt", "12", {})));
    assert.match(seen[0]?.url.pathname ?? "", /\/salesreceipt\/12\/pdf$/);
    assert.equal(seen[0]?.headers.accept, "application/pdf");
  });

  it("is nothing else: what is none is asked for again", async (test) => {
    const fault = { Fault: { Error: [{ Message: "Not found", code: "610" }], type: "ValidationFault" } };
    for (const answer of ["<html>Sign in</html>", "{}", ""]) {
      let attempts = 0;
      const { api, seen } = await startService(test, (_, response) => {
        response.end(++attempts === 1 ? answer : JSON.stringify(fault));
      });
      await assert.rejects(pdf(api, "Invoice", "1", {}), {
        code: "QB_OBJECT_NOT_FOUND",
        outcome: "not_applied",
      });
      assert.equal(seen.length, 2);
    }
  });

  it("has a kind and an id that lead nowhere else", async (test) => {
    const { api, seen } = await startService(test, (_, response) => response.end(BYTES));
    const wrong = [
      ["../x", "1"],
      ["Invoice", "1/../2"],
      ["Invoice", ""],
    ] as const;
    for (const [entity, id] of wrong)
      await assert.rejects(pdf(api, entity, id, {}), { code: "QB_INVALID_ARGUMENT" });
    for (const [, id] of wrong.slice(1))
      await assert.rejects(download(api, id, {}), { code: "QB_INVALID_ARGUMENT" });
    assert.equal(seen.length, 0);
  });
});

describe("a company's files", () => {
  it("come back as they were attached", async (test) => {
    const service = await startDataService(test);
    const { data: company } = connectedCompany(test, service);
    const customer = await company.create("Customer", { DisplayName: "Acme" });
    const file = randomBytes(200_000);
    const attached = await company.attach(file, {
      name: "Vertrag für Zoë.pdf",
      to: [{ entity: "Customer", id: customer.Id }],
      note: "signed",
    });
    assert.deepEqual(
      [attached.FileName, attached.ContentType, attached.Note],
      ["Vertrag für Zoë.pdf", "application/pdf", "signed"],
    );
    assert.equal(attached.AttachableRef?.[0]?.EntityRef?.value, customer.Id);
    assert.ok(file.equals(await (await company.download(attached.Id)).bytes()));
    assert.match(Buffer.from(await company.pdf("Customer", customer.Id)).toString(), /^%PDF-1\.4/);
    await assert.rejects(company.pdf("Invoice", "404"), { code: "QB_OBJECT_NOT_FOUND" });
  });

  it("are attached once, although the answer is lost", async (test) => {
    const service = await startDataService(test);
    const { data: company } = connectedCompany(test, service);
    service.plan("upload", { kind: "close", afterApplying: true });
    const attached = await company.attach(BYTES, { name: "a.pdf" });
    const all = await company.query("select * from Attachable").toArray();
    assert.deepEqual(
      all.map(({ Id }) => Id),
      [attached.Id],
    );
    assert.equal(service.requestsTo("upload").length, 2);
  });
});
