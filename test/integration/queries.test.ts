import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { QBClient, QBError, type QueryEntity, type QueryProgress } from "qbconnector";
import type { CustomerRet } from "qbconnector/qbxml";
import { Simulator } from "qbconnector/simulator";
import { facts } from "../support/qbxml-facts.js";
import { httpAnswer, startRawServer } from "../support/raw-server.js";
import { startConnector, type RunningConnector } from "../support/running-connector.js";
import {
  addCustomers,
  clientOf,
  heldSessions,
  simulatedBooks,
  type TypedClient,
} from "../support/typed-client.js";
import { until } from "../support/until.js";

const MADE_UP = /iteratorID="[^"]*"/;

function customersNamed(names: readonly string[]): string {
  return names
    .map((name) => `<CustomerRet><ListID>${name}</ListID><Name>${name}</Name></CustomerRet>`)
    .join("");
}

function answer(attributes: string, content = "", name = "CustomerQuery"): string {
  return `<QBXML><QBXMLMsgsRs><${name}Rs ${attributes}>${content}</${name}Rs></QBXMLMsgsRs></QBXML>`;
}

/** A client of a connector whose processor gives these answers one after the other. */
async function scriptedBooks(
  t: TestContext,
  ...answers: readonly string[]
): Promise<TypedClient & RunningConnector> {
  const running = await startConnector(t);
  running.processor.steps.push(...answers.map((text) => () => text));
  return { ...running, ...clientOf(t, running.url) };
}

async function namesOf(records: AsyncIterable<{ readonly Name?: string | undefined }>): Promise<string[]> {
  const names: string[] = [];
  for await (const { Name } of records) names.push(Name ?? "");
  return names;
}

describe("a query with an iterator", () => {
  it("reads page after page in one connection of its own, and closes it", async (t) => {
    const { client, sent, url } = await simulatedBooks(t);
    const names = await addCustomers(client, 25);
    const before = sent().length;
    const results = client.query("Customer", { ActiveStatus: "All" }, { pageSize: 10 });
    const found: string[] = [];
    const held = new Set<number>();
    for await (const customer of results) {
      found.push(customer.Name);
      if (found.length % 10 === 5) held.add(await heldSessions(url));
    }
    assert.deepEqual(found, names);
    assert.deepEqual(
      sent()
        .slice(before)
        .map((tags) => tags.join("").replace(MADE_UP, "iteratorID")),
      [
        '<CustomerQueryRq iterator="Start">',
        '<CustomerQueryRq iterator="Continue" iteratorID>',
        '<CustomerQueryRq iterator="Continue" iteratorID>',
      ],
    );
    assert.deepEqual([...held], [1]);
    assert.equal(await heldSessions(url), 0);
  });

  it("repeats its filter in each request, and has pages of 500 unless told otherwise", async (t) => {
    const pages = [
      answer('statusCode="0" iteratorRemainingCount="1" iteratorID="{1}"', customersNamed(["A"])),
      answer('statusCode="0" iteratorRemainingCount="0" iteratorID="{1}"', customersNamed(["B"])),
    ];
    const { client, processor } = await scriptedBooks(t, ...pages);
    const filter = { NameFilter: { MatchCriterion: "StartsWith", Name: "A" }, OwnerID: "0" } as const;
    assert.deepEqual(await namesOf(client.query("Customer", filter)), ["A", "B"]);
    const texts = processor.calls.map(({ set }) =>
      set.text.replace(/ iterator="\w+"| iteratorID="[^"]*"/g, ""),
    );
    assert.equal(new Set(texts).size, 1);
    assert.match(texts[0] ?? "", /<MaxReturned>500<\/MaxReturned>\s*<NameFilter>/);
  });

  it("reads 5,000 records in pages", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const names = await addCustomers(client, 5000);
    const before = sent().length;
    assert.deepEqual(await namesOf(client.query("Customer", {}, { pageSize: 700 })), names);
    assert.equal(sent().length - before, 8);
  });

  it("that finds nothing is empty", async (t) => {
    const { client, url, log } = await simulatedBooks(t);
    const results = client.query("Customer");
    assert.deepEqual(await results.toArray(), []);
    assert.deepEqual(results.warnings, []);
    assert.deepEqual(results.progress, { received: 0, remaining: 0, pages: 1, total: undefined });
    assert.equal(await heldSessions(url), 0);
    assert.deepEqual(log, []);
  });

  it("tells how far it is, and how much there is when it is asked for", async (t) => {
    const { client } = await simulatedBooks(t);
    await addCustomers(client, 25);
    const told: QueryProgress[] = [];
    const results = client.query(
      "Customer",
      {},
      {
        pageSize: 10,
        metaData: "MetaDataAndResponseData",
        onProgress: (progress) => void told.push(progress),
      },
    );
    assert.deepEqual(results.progress, { received: 0, remaining: undefined, pages: 0, total: undefined });
    await results.toArray();
    assert.deepEqual(told, [
      { received: 10, remaining: 15, pages: 1, total: 25 },
      { received: 20, remaining: 5, pages: 2, total: 25 },
      { received: 25, remaining: 0, pages: 3, total: 25 },
    ]);
    assert.deepEqual(results.progress, told[2]);
  });

  it("keeps other warnings, and goes on", async (t) => {
    const warning = 'statusCode="530" statusSeverity="Warn" statusMessage="Secret Ltd"';
    const { client, log } = await scriptedBooks(
      t,
      answer(`${warning} iteratorRemainingCount="1" iteratorID="{1}"`, customersNamed(["A"])),
      answer('statusCode="0" iteratorRemainingCount="0" iteratorID="{1}"', customersNamed(["B"])),
    );
    const results = client.query("Customer");
    assert.deepEqual(await namesOf(results), ["A", "B"]);
    assert.deepEqual(
      results.warnings.map(({ statusCode, statusMessage }) => [statusCode, statusMessage]),
      [[530, "Secret Ltd"]],
    );
    assert.equal(log.length, 1);
    assert.doesNotMatch(log[0]?.message ?? "", /Secret/);
  });

  it("keeps control characters, and tells of those on all pages", async (t) => {
    const bad = "<CustomerRet><Name>A\u0002</Name></CustomerRet>";
    const { client, log } = await scriptedBooks(
      t,
      answer('statusCode="0" iteratorRemainingCount="1" iteratorID="{1}"', bad),
      answer('statusCode="0" iteratorRemainingCount="0" iteratorID="{1}"', bad + bad),
    );
    const results = client.query("Customer");
    assert.deepEqual(await namesOf(results), ["A\u0002", "A\u0002", "A\u0002"]);
    assert.equal(results.irregularities.count, 3);
    assert.equal(results.irregularities.first.length, 3);
    assert.deepEqual(
      log.map(({ fields }) => fields),
      [{ count: 1 }, { count: 2 }],
    );
  });

  it("works without a connector, too", async (t) => {
    const client = new QBClient("ApplicationName='Test'", { quickbooks: new Simulator() });
    t.after(() => client.destroy());
    const names = await addCustomers(client, 25);
    const results = client.query("Customer", {}, { pageSize: 10 });
    assert.deepEqual(await namesOf(results), names);
    assert.equal(results.progress.pages, 3);
  });

  it("leaves the persistent connection of the client alone", async (t) => {
    const { client, url } = await simulatedBooks(t);
    await addCustomers(client, 3);
    await client.openQBConnection();
    assert.equal((await client.query("Customer", {}, { pageSize: 2 }).toArray()).length, 3);
    assert.equal(await heldSessions(url), 1);
    await client.closeQBConnection();
    assert.equal(await heldSessions(url), 0);
  });

  it("can be read once", async (t) => {
    const { client } = await simulatedBooks(t);
    const results = client.query("Customer");
    await results.toArray();
    await assert.rejects(results.toArray(), { code: "QB_INVALID_ARGUMENT" });
  });
});

describe("a query that names its objects", () => {
  it("is cut where the list is longer than a page, with no iterator", async (t) => {
    const { client, sent, url } = await simulatedBooks(t);
    const names = await addCustomers(client, 5);
    const before = sent().length;
    const results = client.query("Customer", { FullName: names }, { pageSize: 2 });
    assert.deepEqual(await namesOf(results), names);
    assert.deepEqual(
      sent().slice(before),
      Array.from({ length: 3 }, () => ["<CustomerQueryRq>"]),
    );
    assert.deepEqual(results.progress, { received: 5, remaining: 0, pages: 3, total: undefined });
    assert.equal(await heldSessions(url), 0);
  });

  it("is not cut when it fits, and needs no connection of its own", async (t) => {
    const { client, processor } = await scriptedBooks(t, answer('statusCode="0"', customersNamed(["A"])));
    assert.deepEqual(await namesOf(client.query("Customer", { ListID: ["1-1", "1-2"] })), ["A"]);
    assert.deepEqual([processor.calls.length, processor.sessions.length], [1, 1]);
    assert.match(processor.calls[0]?.set.text ?? "", /1-1[^]*1-2/);
  });

  for (const [code, severity] of [
    [1, "Info"],
    [500, "Warn"],
    [3120, "Error"],
  ] as const)
    it(`with status ${code} gives what there is, and no warning`, async (t) => {
      const status = `statusCode="${code}" statusSeverity="${severity}" statusMessage="m"`;
      const { client, log } = await scriptedBooks(
        t,
        answer(status),
        answer('statusCode="0"', customersNamed(["B"])),
      );
      const results = client.query("Customer", { FullName: ["A", "B"] }, { pageSize: 1 });
      assert.deepEqual(await namesOf(results), ["B"]);
      assert.deepEqual([results.warnings, log], [[], []]);
    });
});

describe("a query that QuickBooks answers at once", () => {
  it("is read while it arrives", async (t) => {
    const { client } = await simulatedBooks(t);
    assert.ok((await client.query("Account").toArray()).length > 5);
    const companies = await client.query("Company").toArray();
    assert.equal(companies.length, 1);
  });

  it("is that what a filter with MaxReturned asks for", async (t) => {
    const { client, sent } = await simulatedBooks(t);
    const names = await addCustomers(client, 5);
    assert.deepEqual(await namesOf(client.query("Customer", { MaxReturned: 3 })), names.slice(0, 3));
    assert.deepEqual(sent().at(-1), ["<CustomerQueryRq>"]);
  });

  for (const [entity, filter, reason] of [
    ["Account", {}, /QuickBooks has no iterator for it/],
    ["BarCode", {}, /it takes no MaxReturned/],
    ["TransferInventory", { SiteFilter: { ListID: "1-1" } }, /MaxReturned cannot stand beside SiteFilter/],
    ["Customer", { MaxReturned: 5 }, /MaxReturned in the filter/],
  ] as const)
    it(`refuses pages of ${entity} ${JSON.stringify(filter)}, and says why`, async (t) => {
      const { client, sent } = await simulatedBooks(t);
      const call = client.query(entity as "Account", filter as object, { pageSize: 5 }).toArray();
      await assert.rejects(call, (error: QBError) => {
        assert.equal(error.code, "QB_INVALID_ARGUMENT");
        assert.match(error.message, reason);
        return true;
      });
      assert.deepEqual(sent(), []);
    });
});

describe("all queries that QuickBooks has", () => {
  const queries = Object.entries(facts.messages).filter(
    ([name]) => name.endsWith("QueryRq") && !name.endsWith("ReportQueryRq"),
  );
  const iterating = queries.filter(([, { attributes = [] }]) => attributes.includes("iterator"));

  it("are known: 46 of them take an iterator", () => assert.equal(iterating.length, 46));

  it("are iterated over where they take an iterator and the size of a page", async (t) => {
    const { client, processor } = await scriptedBooks(t);
    processor.otherwise = ({ requests: [request] }) =>
      answer('statusCode="1"', "", request?.name.slice(0, -2));
    const started: string[] = [];
    for (const [element] of iterating) {
      const entity = element.slice(0, -"QueryRq".length) as QueryEntity;
      assert.deepEqual(await client.query(entity).toArray(), [], entity);
      const { set } = processor.calls.at(-1) ?? assert.fail();
      const isStart = set.requests[0]?.iterator === "Start" && set.text.includes("<MaxReturned>500<");
      if (isStart) started.push(entity);
      else assert.equal(set.requests[0]?.iterator, undefined);
    }
    const entities = iterating.map(([element]) => element.slice(0, -"QueryRq".length));
    assert.deepEqual(
      entities.filter((entity) => !started.includes(entity)),
      ["BarCode"],
    );
    assert.equal(processor.openSessions, 0);
  });
});

describe("a query that is left early", () => {
  const LEAVINGS: readonly [string, (results: AsyncIterable<CustomerRet>) => Promise<void>][] = [
    [
      "by break",
      async (results) => {
        for await (const customer of results) if (customer.Name === "C0002") break;
      },
    ],
    [
      "by an error of the program",
      async (results) => {
        const failing = async (): Promise<void> => {
          for await (const customer of results)
            if (customer.Name === "C0002") throw new Error("of the program");
        };
        await assert.rejects(failing(), /of the program/);
      },
    ],
    [
      "by return()",
      async (results) => {
        const iterator = results[Symbol.asyncIterator]();
        await iterator.next();
        await iterator.return?.();
        assert.deepEqual(await iterator.next(), { done: true, value: undefined });
      },
    ],
  ];

  for (const [how, leave] of LEAVINGS)
    it(`${how} stops the iterator and closes its connection`, async (t) => {
      const { client, sent, url } = await simulatedBooks(t);
      await addCustomers(client, 25);
      const before = sent().length;
      await leave(client.query("Customer", {}, { pageSize: 10 }));
      assert.deepEqual(
        sent()
          .slice(before)
          .map((tags) => tags.join("").replace(MADE_UP, "iteratorID")),
        ['<CustomerQueryRq iterator="Start">', '<CustomerQueryRq iterator="Stop" iteratorID>'],
      );
      assert.equal(await heldSessions(url), 0);
    });

  it("on its last page has nothing to stop", async (t) => {
    const { client, sent, url } = await simulatedBooks(t);
    await addCustomers(client, 3);
    for await (const _ of client.query("Customer")) break;
    assert.deepEqual(sent().at(-1), ['<CustomerQueryRq iterator="Start">']);
    assert.equal(await heldSessions(url), 0);
  });

  it("by what onProgress throws is stopped, too", async (t) => {
    const { client, sent, url } = await simulatedBooks(t);
    await addCustomers(client, 5);
    const onProgress = (): void => {
      throw new Error("of the program");
    };
    await assert.rejects(
      client.query("Customer", {}, { pageSize: 2, onProgress }).toArray(),
      /of the program/,
    );
    await until(() => sent().at(-1)?.[0]?.includes('iterator="Stop"') === true, "Stop was sent");
    await client.close();
    assert.equal(await heldSessions(url), 0);
  });

  it("does not read the rest of the answer", async (t) => {
    const { url, sent, server } = await endlessAnswer(t);
    const { client } = clientOf(t, url);
    for await (const customer of client.query("Account")) {
      assert.equal(customer.Name, "A");
      break;
    }
    await until(() => server.requests.every(({ socket }) => socket.destroyed), "the connection was cut");
    assert.ok(sent() < 64 * 1024 * 1024, `${sent()} bytes were taken`);
  });
});

/** A server that writes accounts for as long as somebody takes them. */
async function endlessAnswer(t: TestContext): Promise<{
  url: string;
  sent: () => number;
  server: Awaited<ReturnType<typeof startRawServer>>;
}> {
  const chunk = "<AccountRet><Name>A</Name></AccountRet>".repeat(1000);
  let sent = 0;
  const server = await startRawServer(t, (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ntransfer-encoding: chunked\r\n\r\n");
    const write = (text: string): boolean => socket.write(`${text.length.toString(16)}\r\n${text}\r\n`);
    write('<QBXML><QBXMLMsgsRs><AccountQueryRs statusCode="0">');
    const more = (): void => {
      while (!socket.destroyed && write(chunk)) sent += chunk.length;
      sent += chunk.length;
    };
    socket.on("drain", more);
    more();
  });
  return { url: server.url, sent: () => sent, server };
}

describe("the records of a query", () => {
  it("come before the answer is complete", async (t) => {
    let finish = (): void => {};
    const whole = Buffer.from(
      answer('statusCode="0"', "<AccountRet><Name>A</Name></AccountRet>".repeat(2), "AccountQuery"),
    );
    const server = await startRawServer(t, (socket) => {
      const bytes = httpAnswer(200, { "content-type": "text/xml" }, whole);
      const cut = bytes.length - 60;
      socket.write(bytes.subarray(0, cut));
      finish = () => void socket.write(bytes.subarray(cut));
    });
    const { client } = clientOf(t, server.url);
    const iterator = client.query("Account")[Symbol.asyncIterator]();
    assert.equal((await iterator.next()).value?.Name, "A");
    finish();
    assert.equal((await iterator.next()).value?.Name, "A");
    assert.equal((await iterator.next()).done, true);
  });

  it("are waited for: what nobody takes is not read from the socket", async (t) => {
    const { url, sent } = await endlessAnswer(t);
    const { client } = clientOf(t, url);
    const iterator = client.query("Account")[Symbol.asyncIterator]();
    await iterator.next();
    let before = -1;
    await until(() => {
      const still = sent() === before;
      before = sent();
      return still;
    }, "the server has to wait");
    assert.ok(before < 64 * 1024 * 1024, `${before} bytes were taken`);
    await iterator.return?.();
  });
});
