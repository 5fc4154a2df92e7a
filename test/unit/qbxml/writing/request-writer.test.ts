import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  readElement,
  requestTree,
  writeDocument,
  writeRequests,
  type MessageSetOptions,
  type QBXMLElement,
  type RequestItem,
} from "qbconnector/qbxml";
import { mistakesInRequest } from "../../../../dist/qbxml/check/check.js";
import type { CheckScope } from "../../../../dist/qbxml/check/finding.js";
import {
  BodyGenerator,
  FACTS,
  REQUEST_NAMES,
  type Amount,
  type Expected,
  type Fact,
} from "../../../support/generated-bodies.js";
import { complaints } from "../../../support/xmllint.js";

const EDITIONS: readonly CheckScope["edition"][] = ["QBD", "QBCA", "QBUK", "QBAU"];
const AMOUNTS: readonly Amount[] = ["minimal", "maximal", "random", "random"];
const SEEDS = 2;

interface Case {
  readonly item: RequestItem;
  readonly expected: Expected;
  readonly edition: CheckScope["edition"];
  readonly what: string;
}

/** Content as a body has it: the fields of the one structure with the request's name, or of the request. */
function bodyOf(name: string, fields: Record<string, unknown>, content: readonly Fact[]): object {
  const [only, ...others] = content.filter((fact) => fact.name !== "IncludeRetElement");
  const isWrapped =
    others.length === 0 && only?.ref !== undefined && only.name === name && only.min === undefined;
  if (!isWrapped) return { body: fields };
  const { IncludeRetElement, [name]: body } = fields;
  return { body, IncludeRetElement };
}

/** One of the editions that have the request, in turn. */
function editionWith(
  { notIn = [] }: { readonly notIn?: readonly string[] },
  turn: number,
): CheckScope["edition"] {
  const editions = [...EDITIONS.slice(turn % 4), ...EDITIONS, "QBOE" as const];
  return editions.find((edition) => !notIn.includes(edition))!;
}

function* cases(): Generator<Case> {
  let seed = 0;
  for (const name of REQUEST_NAMES) {
    const message = FACTS.messages[`${name}Rq`]!;
    for (const amount of AMOUNTS) {
      for (let round = 0; round < SEEDS; round++) {
        const edition = editionWith(message, seed);
        const generator = new BodyGenerator(++seed, amount, edition);
        const { fields, children } = generator.content(message.content);
        const item = { name, requestID: `${seed}`, ...bodyOf(name, fields, message.content) } as RequestItem;
        const expected = { name: `${name}Rq`, attributes: { requestID: `${seed}` }, children, text: "" };
        yield { item, expected, edition, what: `${name}, ${amount}, seed ${seed}, ${edition}` };
      }
    }
  }
}

/** Without prototypes, which readers and writers need not agree on. */
function plain(element: QBXMLElement | Expected | undefined): unknown {
  return JSON.parse(JSON.stringify(element));
}

function disorderIn(request: QBXMLElement, scope: CheckScope): string[] {
  const mistakes = mistakesInRequest(request, scope).filter(({ kind }) => kind === "structure");
  return mistakes.map(({ finding }) => `${finding.path}: ${finding.message}`);
}

function requestOf(item: RequestItem): QBXMLElement {
  return requestTree([item]).children[0]!.children[0]!;
}

describe("requests made of the facts", () => {
  const all = [...cases()];

  it("are written in the order of the schema, whatever the order of the keys", (t) => {
    for (const { item, expected, what } of all)
      assert.deepEqual(plain(requestOf(item)), plain(expected), what);
    t.diagnostic(`${all.length} messages of ${REQUEST_NAMES.length} requests`);
    assert.equal(new Set(all.map(({ item }) => item.name)).size, REQUEST_NAMES.length);
  });

  it("pass the check of the order", () => {
    for (const { item, edition, what } of all)
      assert.deepEqual(disorderIn(requestOf(item), { version: 16, edition }), [], what);
  });

  it("are the same as text and as elements", () => {
    for (const { item, what } of all) {
      const text = writeRequests([item]);
      const tree = requestTree([item]);
      assert.equal(text, writeDocument(tree, "16.0"), what);
      assert.deepEqual(plain(readElement(text)), plain(tree), what);
    }
  });

  it("are well-formed for libxml2", () => {
    const found = complaints(all.map(({ item }) => writeRequests([item])));
    assert.deepEqual(
      found.filter((complaint) => complaint !== undefined),
      [],
    );
  });
});

type Row = readonly [rule: string, path: string, given: string | undefined];

function findingsOf(items: readonly unknown[], options?: MessageSetOptions): readonly Row[] {
  const problem = problemOf(items, options);
  return problem.map(({ rule, path, given }) => [rule, path, given]);
}

interface Problem {
  readonly rule: string;
  readonly path: string;
  readonly given?: string;
  readonly message: string;
  readonly repair?: string;
}

function problemOf(items: readonly unknown[], options?: MessageSetOptions): readonly Problem[] {
  let found: readonly Problem[] = [];
  const expected = (
    error: Error & { code?: string; details?: { findings: readonly Problem[] } },
  ): boolean => {
    assert.equal(error.code, "QB_REQUEST_INVALID");
    found = error.details?.findings ?? [];
    assert.ok(found.length > 0 && error.message.startsWith(`${found[0]!.path}: ${found[0]!.message}`));
    return true;
  };
  assert.throws(() => writeRequests(items as readonly RequestItem[], options), expected);
  const texts = found;
  assert.throws(() => requestTree(items as readonly RequestItem[], options), expected);
  assert.deepEqual(found, texts);
  return found;
}

function customer(fields: object): { name: string; body: object } {
  return { name: "CustomerAdd", body: fields };
}

const IN_CUSTOMER = "QBXMLMsgsRq/CustomerAddRq/CustomerAdd";

describe("what cannot be written", () => {
  const wrong: readonly (readonly [what: string, body: object, rule: string, at: string, given: string])[] = [
    ["an unknown field", { Fone: "1" }, "unknownElement", "/Fone", "Fone"],
    ["a field of Object", { constructor: "1" }, "unknownElement", "/constructor", "constructor"],
    ["__proto__", JSON.parse('{"__proto__":{"Name":"a"}}'), "unknownElement", "/__proto__", "__proto__"],
    ["a text for a boolean", { IsActive: "true" }, "type", "/IsActive", "a string"],
    ["a number for an amount", { CreditLimit: 12.5 }, "type", "/CreditLimit", "a number"],
    ["a number for a text", { Phone: 5550100 }, "type", "/Phone", "a number"],
    ["null", { Phone: null }, "type", "/Phone", "null"],
    ["an object for a text", { Phone: { Number: "1" } }, "type", "/Phone", "an object"],
    ["a text for a structure", { BillAddress: "Oslo" }, "type", "/BillAddress", "a string"],
    ["a date object", { JobStartDate: new Date(0) }, "type", "/JobStartDate", "a Date"],
    ["a map for a structure", { BillAddress: new Map() }, "type", "/BillAddress", "a Map"],
    ["a macro where none may stand", { Name: { useMacro: "a" } }, "type", "/Name", "an object"],
    ["a list for one value", { Phone: ["1"] }, "tooMany", "/Phone", "a list"],
    ["a hole in a list", { ShipToAddress: [undefined] }, "type", "/ShipToAddress", "undefined"],
    [
      "a number in the second of two",
      { ShipToAddress: [{ Name: "a" }, { Name: 2 }] },
      "type",
      "/ShipToAddress[2]/Name",
      "a number",
    ],
    ["a bell", { Name: "a\u0007" }, "characters", "/Name", "U+0007 at 2"],
    ["half a pair", { Name: "\ud83d" }, "characters", "/Name", "U+D83D at 1"],
    ["a C1 control", { Name: "a\u0085" }, "characters", "/Name", "U+0085 at 2"],
  ];
  for (const [what, body, rule, at, given] of wrong) {
    it(`is ${what}`, () => assert.deepEqual(findingsOf([customer(body)]), [[rule, IN_CUSTOMER + at, given]]));
  }

  const messages: readonly (readonly [what: string, item: object, ...Row])[] = [
    [
      "a request that is not one",
      { name: "CustomerFind", body: {} },
      "unknownRequest",
      "CustomerFindRq",
      "CustomerFind",
    ],
    ["a name of Object", { name: "toString", body: {} }, "unknownRequest", "toStringRq", "toString"],
    ["a request without a body", { name: "CustomerAdd" }, "type", "CustomerAddRq", "undefined"],
    [
      "two alternatives",
      { name: "CustomerQuery", body: { ListID: "1", NameFilter: {} } },
      "mixedChoice",
      "CustomerQueryRq/NameFilter",
      "NameFilter",
    ],
    [
      "two alternatives of an inner choice",
      { name: "CustomerQuery", body: { NameFilter: {}, NameRangeFilter: {} } },
      "mixedChoice",
      "CustomerQueryRq/NameRangeFilter",
      "NameRangeFilter",
    ],
    [
      "no ids, which would ask for everything",
      { name: "CustomerQuery", body: { ListID: [] } },
      "missingElement",
      "CustomerQueryRq/ListID",
      "an empty list",
    ],
    [
      "an iterator where none may be",
      { name: "AccountQuery", body: {}, iterator: "Start" },
      "unknownAttribute",
      "AccountQueryRq",
      "iterator",
    ],
    [
      "a requestID that is a number",
      { name: "AccountQuery", body: {}, requestID: 1 },
      "type",
      "AccountQueryRq/requestID",
      "a number",
    ],
    [
      "an attribute in the body",
      { name: "CustomerQuery", body: { requestID: "1" } },
      "unknownElement",
      "CustomerQueryRq/requestID",
      "requestID",
    ],
    [
      "IncludeRetElement beside the body of a query",
      { name: "CustomerQuery", body: {}, IncludeRetElement: "Name" },
      "unknownElement",
      "CustomerQueryRq/IncludeRetElement",
      undefined,
    ],
    [
      "IncludeRetElement where it does not exist",
      { name: "ClearedStatusMod", body: {}, IncludeRetElement: "Name" },
      "unknownElement",
      "ClearedStatusModRq/IncludeRetElement",
      "IncludeRetElement",
    ],
    [
      "half a record",
      { name: "CustomerQuery", body: { MaxReturned: 0.5 } },
      "type",
      "CustomerQueryRq/MaxReturned",
      "a number",
    ],
    [
      "a count as text",
      { name: "CustomerQuery", body: { MaxReturned: "10" } },
      "type",
      "CustomerQueryRq/MaxReturned",
      "a string",
    ],
    [
      "an order that names what is not there",
      { name: "InvoiceAdd", body: { InvoiceLineAdd: {}, $order: ["InvoiceLineAdd", "InvoiceLineGroupAdd"] } },
      "order",
      "InvoiceAddRq/InvoiceAdd",
      "2 names",
    ],
    [
      "an order that is no list",
      { name: "InvoiceAdd", body: { InvoiceLineAdd: {}, $order: "InvoiceLineAdd" } },
      "order",
      "InvoiceAddRq/InvoiceAdd",
      "a string",
    ],
    [
      "an order where nothing alternates",
      { name: "CustomerAdd", body: { $order: [] } },
      "unknownElement",
      "CustomerAddRq/CustomerAdd/$order",
      "$order",
    ],
    [
      "a macro without a name",
      { name: "ReceivePaymentAdd", body: { AppliedToTxnAdd: { TxnID: { useMacro: 1 } } } },
      "type",
      "ReceivePaymentAddRq/ReceivePaymentAdd/AppliedToTxnAdd/TxnID",
      "an object",
    ],
  ];
  for (const [what, item, rule, at, given] of messages) {
    it(`is ${what}`, () => assert.deepEqual(findingsOf([item]), [[rule, `QBXMLMsgsRq/${at}`, given]]));
  }

  it("is told all at once, with the number of the request", () => {
    const items = [
      customer({ Name: "a" }),
      customer({ Fone: 1, Name: 2 }),
      { name: "TxnDel", body: { TxnID: 3 } },
    ];
    assert.deepEqual(findingsOf(items), [
      ["unknownElement", "QBXMLMsgsRq/CustomerAddRq[2]/CustomerAdd/Fone", "Fone"],
      ["type", "QBXMLMsgsRq/CustomerAddRq[2]/CustomerAdd/Name", "a number"],
      ["type", "QBXMLMsgsRq/TxnDelRq/TxnID", "a number"],
    ]);
  });

  it("is a subscription among other requests, and the reverse", () => {
    const subscription = { name: "UIEventSubscriptionQuery", body: {} };
    assert.deepEqual(findingsOf([customer({}), subscription]), [
      ["wrongMessageSet", "QBXMLMsgsRq/UIEventSubscriptionQueryRq", undefined],
    ]);
    assert.deepEqual(findingsOf([subscription, customer({})]), [
      ["wrongMessageSet", "QBXMLSubscriptionMsgsRq/CustomerAddRq", undefined],
    ]);
    assert.deepEqual(findingsOf([subscription], { onError: "stopOnError" }), [
      ["unknownAttribute", "QBXMLSubscriptionMsgsRq", "onError"],
    ]);
  });

  it("says what was meant", () => {
    assert.equal(problemOf([customer({ phone: "1" })])[0]?.repair, "write Phone");
    const [wrapped] = problemOf([customer({ CustomerAdd: { Name: "Acme" } })]);
    assert.equal(wrapped?.repair, "give the fields of CustomerAdd without it");
    assert.equal(problemOf([{ name: "CustomerAddRq", body: {} }])[0]?.repair, "write CustomerAdd");
  });

  it("names the field or request that was probably meant", () => {
    const repairs = [[customer({ Nmae: "x" })], [{ name: "CustmerAdd", body: {} }]].map(
      (items) => problemOf(items)[0]?.repair,
    );
    assert.deepEqual(repairs, ["write Name", "write CustomerAdd"]);
  });

  it("never shows a value", () => {
    const secret = "4111111111111111";
    const body = {
      CreditCardInfo: { CreditCardNumber: Number(secret), CreditCardAddress: { a: secret } },
      Notes: [secret],
    };
    assert.ok(!JSON.stringify(problemOf([customer(body)])).includes(secret));
  });
});

describe("writeRequests", () => {
  it("writes prolog, set and requests", () => {
    const options: MessageSetOptions = {
      version: "13.0",
      onError: "continueOnError",
      newMessageSetID: 'a"b',
    };
    const text = writeRequests([{ name: "HostQuery", body: {} }], options);
    assert.equal(
      text,
      '<?xml version="1.0" ?>\n<?qbxml version="13.0"?>\n<QBXML>\n' +
        '<QBXMLMsgsRq newMessageSetID="a&quot;b" onError="continueOnError">\n<HostQueryRq/>\n</QBXMLMsgsRq>\n</QBXML>\n',
    );
  });

  it("stops on errors unless told otherwise, and gives subscriptions no attributes", () => {
    assert.deepEqual(plain(requestTree([{ name: "HostQuery", body: {} }]).children[0]), {
      name: "QBXMLMsgsRq",
      attributes: { onError: "stopOnError" },
      children: [{ name: "HostQueryRq", attributes: {}, children: [], text: "" }],
      text: "",
    });
    const SubscriberID = "{01234567-89ab-cdef-0123-456789abcdef}";
    const [set] = requestTree([{ name: "UIEventSubscriptionQuery", body: { SubscriberID } }]).children;
    assert.equal(set?.name, "QBXMLSubscriptionMsgsRq");
    assert.deepEqual(set.attributes, {});
  });

  it("leaves out what is undefined, and empty lists of what may repeat", () => {
    const body = { Name: "a", Phone: undefined, ShipToAddress: [], BillAddress: { City: undefined } };
    const [add] = requestOf({ name: "CustomerAdd", body, requestID: undefined }).children;
    assert.deepEqual(
      add?.children.map(({ name, children }) => [name, children.length]),
      [
        ["Name", 0],
        ["BillAddress", 0],
      ],
    );
  });

  it("takes objects of any class", () => {
    class Address {
      City = "Oslo";
    }
    const bare = Object.assign(Object.create(null) as object, { Name: "a", BillAddress: new Address() });
    const text = writeRequests([{ name: "CustomerAdd", body: bare as { Name: string } }]);
    assert.match(text, /<BillAddress>\n<City>Oslo<\/City>/);
  });

  it("refuses no requests, and a version without form", () => {
    const refused = { code: "QB_INVALID_ARGUMENT" };
    assert.throws(() => writeRequests([]), refused);
    assert.throws(() => writeRequests([{ name: "HostQuery", body: {} }], { version: '16.0"?>' }), refused);
    const untyped = writeRequests as (items: unknown, options?: object) => string;
    assert.throws(() => untyped([{ name: "HostQuery", body: {} }], { version: 13 }), refused);
    for (const items of [{ name: "HostQuery", body: {} }, null, [null], ["HostQuery"]])
      assert.throws(() => untyped(items), refused);
  });
});
