import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readElement, readMessageSet } from "qbconnector/qbxml";

const document = (request: string): string =>
  `<?qbxml version="16.0"?><QBXML><QBXMLMsgsRq onError="stopOnError"><${request}/></QBXMLMsgsRq></QBXML>`;

describe("names that are remembered", () => {
  it("stay what they were when the memory of their document is used for another", () => {
    const memory = Buffer.from(document("NameTableOneRq"));
    assert.equal(readMessageSet(memory).requests[0]?.name, "NameTableOneRq");
    memory.write(document("NameTableTwoRq"));
    assert.equal(readMessageSet(memory).requests[0]?.name, "NameTableTwoRq");
    const { text, requests } = readMessageSet(document("NameTableTwoRq"));
    assert.equal(requests[0]?.name, "NameTableTwoRq");
    assert.match(text, /<NameTableTwoRq\/>/);
  });

  it("are told apart by length, by their last character, and by case", () => {
    const names = [
      "Nm",
      "Nmx",
      "Nmy",
      "nm",
      "NM",
      "Nm.",
      "Nm-",
      "_Nm",
      "N".repeat(128),
      `${"N".repeat(127)}M`,
    ];
    for (let round = 0; round < 3; round++) {
      const text = `<r>${names.map((name) => `<${name} ${name}="1"/>`).join("")}</r>`;
      const { children } = readElement(text);
      assert.deepEqual(
        children.map((child) => [child.name, Object.keys(child.attributes)]),
        names.map((name) => [name, [name]]),
      );
      names.reverse();
    }
  });
});
