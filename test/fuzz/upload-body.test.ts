import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { describe, it } from "node:test";
import fc from "fast-check";
import { namedSource, UploadBody } from "../../dist/online/data/upload-body.js";

/** `QBCONNECTOR_FUZZ_RUNS=200000 node --test build/fuzz/upload-body.test.js` looks longer; `QBCONNECTOR_FUZZ_SEED` repeats. */
const RUNS = Number(process.env["QBCONNECTOR_FUZZ_RUNS"] ?? 2_000);
const SEED = Number(process.env["QBCONNECTOR_FUZZ_SEED"] ?? Date.now() % 2 ** 31);

const NASTY = fc.constantFrom(
  '"',
  "\r\n",
  "\r\n\r\n",
  "--qbconnector",
  "; name=x",
  "\\",
  "\0",
  "é",
  "🧾",
  "\ud800",
);
const TEXT = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.oneof(NASTY, fc.string()), { minLength: 1 }).map((parts) => parts.join("")),
);
const BYTES = fc.oneof(
  fc.uint8Array(),
  TEXT.map((text) => new Uint8Array(Buffer.from(text))),
);

describe(`uploads under fuzzing (seed ${SEED})`, () => {
  it("two parts arrive, whatever the name, the note and the file hold", async () => {
    const property = fc.asyncProperty(TEXT, TEXT, BYTES, async (given, note, bytes) => {
      const name = `${given}.pdf`;
      const body = new UploadBody(
        { FileName: name, Note: note },
        await namedSource(bytes, { name, contentType: "text/csv" }),
      );
      const sent = new Uint8Array(await buffer(body.content()));
      assert.equal(sent.length, body.length);
      const form = await new Response(sent, { headers: { "content-type": body.type } }).formData();
      assert.deepEqual([...form.keys()], ["file_metadata_01", "file_content_01"]);
      const [metadata, file] = [...form.values()] as [File, File];
      assert.deepEqual(JSON.parse(await metadata.text()), { FileName: name, Note: note });
      assert.ok(Buffer.from(await file.arrayBuffer()).equals(bytes));
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
  });
});
