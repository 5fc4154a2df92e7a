import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { connectedCompany } from "../support/online/connected-company.js";
import { startDataService, type Mishap } from "../support/online/data-service.js";
import { Random } from "../support/random.js";

const MISHAPS: readonly Mishap[] = [
  { kind: "close" },
  { kind: "close", afterApplying: true },
  { kind: "cut", afterApplying: true },
  { kind: "html" },
  { kind: "html", afterApplying: true },
  { kind: "status", status: 503 },
  { kind: "fault", status: 500, code: "10000", afterApplying: true },
  { kind: "fault", status: 429, code: "3001", headers: { "retry-after": "0" } },
  { kind: "fault", status: 400, code: "6000" },
  { kind: "fault", status: 401, code: "3200" },
];
const WRITES = 80;

describe("many writes over a bad line", () => {
  it("make no object twice, and what is said of each is true", async (t) => {
    const service = await startDataService(t);
    const { data } = connectedCompany(t, service);
    const random = new Random("a bad line");
    for (let number = 0; number < WRITES; number++) {
      const mishaps = Array.from({ length: random.below(6) }, () => random.of(MISHAPS));
      for (const mishap of mishaps)
        service.plan(({ parameters }) => parameters.get("requestid") === `write-${number}`, mishap);
    }
    const write = async (number: number): Promise<QBError | undefined> => {
      try {
        await data.create("Vendor", { DisplayName: `Vendor ${number}` }, { requestId: `write-${number}` });
        return undefined;
      } catch (error) {
        assert.ok(error instanceof QBError);
        return error;
      }
    };
    const made = (number: number) =>
      service.books.all("Vendor").filter(({ DisplayName }) => DisplayName === `Vendor ${number}`).length;
    const errors = await Promise.all(Array.from({ length: WRITES }, (_, number) => write(number)));
    for (const [number, error] of errors.entries()) {
      if (error === undefined) assert.equal(made(number), 1);
      else if (error.outcome === "not_applied") assert.equal(made(number), 0);
      else assert.ok(made(number) <= 1);
    }
    const outcomes = new Set(errors.map((error) => error?.outcome));
    assert.deepEqual(outcomes, new Set([undefined, "not_applied", "unknown"]));
    // What is unknown is repeated until QuickBooks Online itself has said what became of it.
    let wrote = errors.filter((error) => error === undefined).length;
    for (const [number, error] of errors.entries()) {
      if (error?.outcome !== "unknown") continue;
      let last: QBError | undefined = error;
      while (last !== undefined && last.code !== "QB_ONLINE_REQUEST") last = await write(number);
      assert.equal(made(number), last === undefined ? 1 : 0);
      if (last === undefined) wrote++;
    }
    assert.equal(service.books.applied.length, wrote);
    assert.equal(service.books.all("Vendor").length, wrote);
  });
});
