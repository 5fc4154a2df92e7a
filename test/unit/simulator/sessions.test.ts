import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { QBError } from "qbconnector";
import { textAt } from "qbconnector/qbxml";
import { Simulator, type Edition } from "qbconnector/simulator";
import { answerSet, messageSet, response, SETTINGS, statusOf } from "../../support/quickbooks-requests.js";
import { addCustomer, column, openCompany } from "../../support/simulated-company.js";

async function fails(call: Promise<unknown>, hresult: string): Promise<void> {
  await assert.rejects(call, (error) => error instanceof QBError && error.hresult === hresult);
}

describe("company files of the simulator", () => {
  const files = { companyFile: "C:\\Books\\One.qbw", companyFiles: ["C:\\Books\\Two.qbw"] };

  it("opens the one that is open, by no name, its own, or its name in another case", async () => {
    const simulator = new Simulator(files);
    for (const companyFile of ["", "C:\\Books\\One.qbw", "c:/books/ONE.QBW"]) {
      assert.equal((await simulator.open({ ...SETTINGS, companyFile })).companyFile, "C:\\Books\\One.qbw");
    }
  });

  it("opens another when nobody uses the first, and each is a company of its own", async () => {
    const simulator = new Simulator(files);
    const one = await simulator.open(SETTINGS);
    await addCustomer(one, "Elm");
    await fails(simulator.open({ ...SETTINGS, companyFile: "C:\\Books\\Two.qbw" }), "0x8004040A");
    await one.close();
    const two = await simulator.open({ ...SETTINGS, companyFile: "C:\\Books\\Two.qbw" });
    assert.equal(textAt((await response(two, "<CompanyQueryRq/>")).children[0]!, "CompanyName"), "Two");
    assert.deepEqual(statusOf(await response(two, "<CustomerQueryRq/>")), ["1", "Info"]);
    await two.close();
    const again = await simulator.open({ ...SETTINGS, companyFile: "C:\\Books\\One.qbw" });
    assert.deepEqual(column(await response(again, "<CustomerQueryRq/>"), "Name"), ["Elm"]);
  });

  it("shares one company among the sessions on it", async () => {
    const simulator = new Simulator();
    const [one, other] = [await simulator.open(SETTINGS), await simulator.open(SETTINGS)];
    await addCustomer(one, "Elm");
    assert.deepEqual(column(await response(other, "<CustomerQueryRq/>"), "Name"), ["Elm"]);
  });
});

describe("editions and versions of the simulator", () => {
  const flags: readonly (readonly [Edition, number | undefined, string | undefined])[] = [
    ["SimpleStart", undefined, "0x80040431"],
    ["SimpleStart", 0x1, undefined],
    ["Pro", 0xd, "0x80040432"],
    ["Premier", 0xb, "0x80040433"],
    ["Enterprise", 0x7, "0x80040434"],
    ["Enterprise", 0x8, undefined],
    ["Enterprise", undefined, undefined],
  ];
  for (const [edition, authFlags, hresult] of flags) {
    it(`${edition} with auth flags ${authFlags ?? "left out"} ${hresult ?? "opens"}`, async () => {
      const call = new Simulator({ edition }).open({ ...SETTINGS, authFlags });
      if (hresult === undefined) await call;
      else await fails(call, hresult);
    });
  }

  it("tells its product and versions, and refuses newer ones", async () => {
    const session = await openCompany({ edition: "Pro", maxVersion: "13.0" }, { mode: "MultiUser" });
    const host = (await response(session, "<HostQueryRq/>", { version: "13.0" })).children[0]!;
    assert.equal(textAt(host, "ProductName"), "QuickBooks Pro 2014");
    assert.equal(textAt(host, "MajorVersion"), "24");
    assert.equal(textAt(host, "QBFileMode"), "MultiUser");
    const versions = host.children
      .filter(({ name }) => name === "SupportedQBXMLVersion")
      .map(({ text }) => text);
    assert.deepEqual([versions[0], versions.at(-1)], ["1.0", "13.0"]);
    await fails(session.process(messageSet("<HostQueryRq/>", { version: "14.0" })), "0x80040423");
    await fails(session.process(messageSet("<HostQueryRq/>", { version: "CA3.0" })), "0x80040423");
  });

  it("refuses options it does not know", () => {
    const code = { code: "QB_INVALID_ARGUMENT" };
    assert.throws(() => new Simulator({ maxVersion: "17.0" }), code);
    assert.throws(() => new Simulator({ edition: "Home" as Edition }), code);
    assert.throws(() => new Simulator({ timeZone: "Nowhere/Nothing" }), code);
  });
});

describe("time in the simulator", () => {
  it("gives the wall clock with the standard offset, in summer too, and Unix time in the ids", async () => {
    let now = new Date("2026-07-04T12:00:00Z");
    const session = await openCompany({ timeZone: "America/Los_Angeles", clock: () => now });
    const summer = await addCustomer(session, "Summer");
    assert.equal(textAt(summer, "TimeCreated"), "2026-07-04T05:00:00-08:00");
    assert.equal(textAt(summer, "ListID"), "80000001-1783166400");
    assert.equal(textAt(summer, "EditSequence"), "1783166400");
    now = new Date("2026-12-04T12:00:00Z");
    assert.equal(textAt(await addCustomer(session, "Winter"), "TimeCreated"), "2026-12-04T04:00:00-08:00");
    for (const from of ["2026-07-04T05:00:01", "2026-07-04T05:00:01-08:00"]) {
      const found = await response(
        session,
        `<CustomerQueryRq><FromModifiedDate>${from}</FromModifiedDate></CustomerQueryRq>`,
      );
      assert.deepEqual(column(found, "Name"), ["Winter"], from);
    }
  });

  it("takes the time that delayMs says, and ends early when the signal aborts, without doing anything", async () => {
    const simulator = new Simulator({ delayMs: 40 });
    const session = await simulator.open(SETTINGS);
    const begin = performance.now();
    await session.process(messageSet("<HostQueryRq/>"));
    assert.ok(performance.now() - begin >= 35);
    const abort = new AbortController();
    const call = session.process(
      messageSet("<CustomerAddRq><CustomerAdd><Name>Elm</Name></CustomerAdd></CustomerAddRq>"),
      { signal: abort.signal },
    );
    abort.abort();
    await assert.rejects(call, { code: "QB_ABORTED", outcome: "not_applied" });
    assert.deepEqual(statusOf(await response(session, "<CustomerQueryRq/>")), ["1", "Info"]);
  });

  it("does not answer a session that was closed meanwhile", async () => {
    const session = await openCompany({ delayMs: 20 });
    const call = session.process(messageSet("<HostQueryRq/>"));
    await session.close();
    await fails(call, "0x8004040C");
  });
});

describe("the simulator's answer to what it does not imitate", () => {
  it("is 1030 for each known request, and the others are done", async () => {
    const session = await openCompany();
    const set = await answerSet(session, '<VendorQueryRq requestID="v"/><HostQueryRq/>');
    assert.deepEqual(
      set.children.map((one) => statusOf(one)[0]),
      ["1030", "0"],
    );
    assert.match(
      set.children[0]?.attributes["statusMessage"] ?? "",
      /VendorQueryRq .* does not imitate it yet/,
    );
  });

  it("is 1030 for subscriptions", async () => {
    const kind = "QBXMLSubscriptionMsgsRq";
    const request =
      "<DataEventSubscriptionQueryRq><SubscriberID>{00000000-0000-0000-0000-000000000000}</SubscriberID></DataEventSubscriptionQueryRq>";
    const set = await answerSet(await openCompany(), request, { kind, attributes: "" });
    assert.equal(set.name, "QBXMLSubscriptionMsgsRs");
    assert.deepEqual(statusOf(set.children[0]!), ["1030", "Error"]);
    await fails((await openCompany()).process(messageSet(request)), "0x80040400");
  });

  it("is 1030 for elements it could not keep", async () => {
    const session = await openCompany();
    for (const element of [
      "<OpenBalance>1.00</OpenBalance>",
      "<AdditionalNotes><Note>n</Note></AdditionalNotes>",
    ]) {
      const request = `<CustomerAddRq><CustomerAdd><Name>Elm</Name>${element}</CustomerAdd></CustomerAddRq>`;
      assert.deepEqual(statusOf(await response(session, request)), ["1030", "Error"]);
    }
  });
});
