import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { Apartment } from "../../dist/windows/automation/apartment.js";
import { AutomationFailure } from "../../dist/windows/automation/automation-failure.js";
import type { DispatchObject } from "../../dist/windows/automation/dispatch-object.js";

// Objects that Windows itself has.
const dictionaryClass = "{EE09B103-97E0-11CF-978F-00A02463E06F}";
const fileSystemClass = "{0D43FE01-F093-11CF-8940-00A0C9054228}";
const requestProcessorClass = "{71F531F5-8E67-4A7A-9161-15733FFC3206}";

const everyAlphabet = "a\0é€漢😀\ud800";
const ignore = (): void => {};

const apartment = Apartment.enter();
after(() => apartment.leave());

function using(clsid: string, work: (object: DispatchObject) => void): void {
  const object = apartment.create(clsid, "in-process");
  try {
    work(object);
  } finally {
    object.release();
  }
}

function failureOf(call: () => unknown): AutomationFailure {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof AutomationFailure, String(error));
    return error;
  }
  assert.fail("it did not fail");
}

describe("values of OLE Automation", () => {
  it("carry text to an object and back unchanged: NUL, every plane, half a pair", () => {
    using(dictionaryClass, (dictionary) => {
      dictionary.call("Add", ["key", everyAlphabet], ignore);
      assert.equal(
        dictionary.get("Item", ["key"], (value) => value.text()),
        everyAlphabet,
      );
    });
  });

  it("carry the empty text, as a value and as a key", () => {
    using(dictionaryClass, (dictionary) => {
      dictionary.call("Add", ["", ""], ignore);
      assert.equal(
        dictionary.get("Item", [""], (value) => value.text()),
        "",
      );
      assert.deepEqual(
        dictionary.get("Item", [""], (value) => value.utf8(2)),
        new Uint8Array(2),
      );
    });
  });

  it("carry five million characters, and give them as UTF-8 behind the bytes that are reserved", () => {
    const text = "aé€漢😀".repeat(833_334);
    using(dictionaryClass, (dictionary) => {
      dictionary.call("Add", ["key", text], ignore);
      const bytes = dictionary.get("Item", ["key"], (value) => value.utf8(8));
      assert.deepEqual(bytes.subarray(0, 8), new Uint8Array(8));
      assert.ok(Buffer.from(bytes.subarray(8)).equals(Buffer.from(text, "utf8")));
      assert.equal(bytes.byteOffset, 0);
      assert.equal(bytes.buffer.byteLength, bytes.length);
    });
  });

  it("carry numbers of 32 bits with their sign, and truth", () => {
    using(dictionaryClass, (dictionary) => {
      for (const number of [0, 1, -1, 2_147_483_647, -2_147_483_648]) {
        dictionary.call("Add", [`${number}`, number], ignore);
        assert.equal(
          dictionary.get("Item", [`${number}`], (value) => value.number()),
          number,
        );
      }
      dictionary.call("Add", ["yes", true], ignore);
      assert.equal(
        dictionary.get("Item", ["yes"], (value) => value.number()),
        -1,
      );
      assert.equal(
        dictionary.call("Exists", ["yes"], (value) => value.boolean()),
        true,
      );
      assert.equal(
        dictionary.call("Exists", ["no"], (value) => value.boolean()),
        false,
      );
    });
  });

  it("keep arguments in their order", () => {
    using(fileSystemClass, (files) => {
      assert.equal(
        files.call("BuildPath", ["C:\\first", "second"], (path) => path.text()),
        "C:\\first\\second",
      );
    });
  });

  it("give an array of texts", () => {
    using(requestProcessorClass, (processor) => {
      const versions = processor.get("QBXMLVersionsForSubscription", [], (value) => value.texts());
      assert.deepEqual(versions, ["3.0", "4.0", "5.0"]);
    });
  });

  it("give an object, which outlives the one it came from", () => {
    using(requestProcessorClass, (processor) => {
      processor.call("OpenConnection2", ["", "Test", 1], ignore);
      const preferences = processor.getObject("AuthPreferences");
      processor.release();
      preferences.call("PutIsReadOnly", [true], ignore);
      preferences.release();
    });
  });
});

describe("failures of OLE Automation", () => {
  it("say which member an object does not have", () => {
    using(dictionaryClass, (dictionary) => {
      const failure = failureOf(() => dictionary.call("NoSuchMember", [], ignore));
      assert.deepEqual([failure.step, failure.hresult], ["NoSuchMember", 0x80020006]);
    });
  });

  it("say that the number of arguments is wrong, and leave the object usable", () => {
    using(dictionaryClass, (dictionary) => {
      const failure = failureOf(() => dictionary.call("Add", ["key"], ignore));
      assert.deepEqual([failure.step, failure.hresult], ["Add", 0x8002000e]);
      dictionary.call("Add", ["key", 1], ignore);
    });
  });

  it("carry code and words of the object itself", () => {
    using(requestProcessorClass, (processor) => {
      const failure = failureOf(() => processor.call("OpenConnection2", ["", "", 1], ignore));
      assert.equal(failure.step, "OpenConnection2");
      assert.equal(failure.hresult, 0x80040415);
      assert.equal(failure.description, "Stub: no application name.");
    });
  });

  it("name the member whose value has another type", () => {
    using(dictionaryClass, (dictionary) => {
      dictionary.call("Add", ["key", "no number"], ignore);
      const failure = failureOf(() => dictionary.get("Item", ["key"], (value) => value.number()));
      assert.deepEqual([failure.step, failure.hresult], ["Item", 0x80020005]);
      const other = failureOf(() => dictionary.get("Count", [], (value) => value.texts()));
      assert.deepEqual([other.step, other.hresult], ["Count", 0x80020005]);
    });
  });

  it("tell a class that nobody registered, and one that is none", () => {
    const unknown = "{EE09B103-97E0-11CF-978F-00A02463E06E}";
    for (const context of ["in-process", "local-server"] as const) {
      const failure = failureOf(() => apartment.create(unknown, context));
      assert.deepEqual([failure.step, failure.hresult], ["CoCreateInstance", 0x80040154]);
    }
    assert.equal(failureOf(() => apartment.create("nonsense", "in-process")).step, "CLSIDFromString");
  });

  it("tell of an object that was released, instead of calling it", () => {
    const dictionary = apartment.create(dictionaryClass, "in-process");
    dictionary.release();
    dictionary.release();
    assert.match(failureOf(() => dictionary.call("RemoveAll", [], ignore)).description, /released/);
  });
});
