import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { child, textAt } from "qbconnector/qbxml";
import { response, responses, statusOf } from "../../support/quickbooks-requests.js";
import { addCustomer, addJob, column, done, fieldOf, openCompany } from "../../support/simulated-company.js";

function customerMod(id: string | undefined, editSequence: string | undefined, content = ""): string {
  const key = `<ListID>${id}</ListID><EditSequence>${editSequence}</EditSequence>`;
  return `<CustomerModRq><CustomerMod>${key}${content}</CustomerMod></CustomerModRq>`;
}

describe("simulated customers", () => {
  it("come back whole, without empty fields, addresses with their printed lines", async () => {
    const session = await openCompany();
    const address =
      "<BillAddress><Addr1>1 Elm Street</Addr1><City>Springdale</City><State>CA</State><PostalCode>90001</PostalCode></BillAddress>";
    const customer = await addCustomer(
      session,
      "Elm",
      `<IsActive>1</IsActive><CompanyName/>${address}<CreditLimit>+0100.00</CreditLimit>`,
    );
    const names = customer.children.map(({ name }) => name);
    const own = "ListID TimeCreated TimeModified EditSequence Name FullName IsActive Sublevel";
    const rest = "BillAddress BillAddressBlock Balance TotalBalance CreditLimit JobStatus";
    assert.equal(names.join(" "), `${own} ${rest}`);
    assert.equal(textAt(customer, "IsActive"), "true");
    assert.equal(textAt(customer, "CreditLimit"), "100.00");
    assert.equal(textAt(customer, "BillAddressBlock", "Addr2"), "Springdale, CA 90001");
  });

  it("leave out what the declared version does not know", async () => {
    const session = await openCompany();
    await addCustomer(session, "Elm", "<JobTitle>Owner</JobTitle><Phone>5</Phone>");
    const old = await done(session, "<CustomerQueryRq/>", { version: "3.0" });
    assert.equal(textAt(old, "JobTitle"), undefined);
    assert.equal(textAt(old, "Phone"), "5");
    assert.equal(textAt(await done(session, "<CustomerQueryRq/>"), "JobTitle"), "Owner");
  });

  it("have jobs below them", async () => {
    const session = await openCompany();
    const parent = await addCustomer(session, "Elm");
    await addJob(session, "Elm", "Kitchen");
    const sink = await addJob(session, "elm:KITCHEN", "Sink");
    assert.equal(textAt(sink, "FullName"), "Elm:Kitchen:Sink");
    assert.equal(textAt(sink, "Sublevel"), "2");
    assert.equal(textAt(sink, "ParentRef", "FullName"), "Elm:Kitchen");
    const mod = customerMod(textAt(parent, "ListID"), textAt(parent, "EditSequence"), "<Name>Oak</Name>");
    await done(session, mod);
    const found = await response(
      session,
      "<CustomerQueryRq><FullName>Oak:Kitchen:Sink</FullName></CustomerQueryRq>",
    );
    assert.deepEqual(column(found, "FullName"), ["Oak:Kitchen:Sink"]);
    assert.deepEqual(
      statusOf(await response(session, "<CustomerQueryRq><FullName>Elm</FullName></CustomerQueryRq>")),
      ["500", "Warn"],
    );
  });

  it("move, but not below themselves", async () => {
    const session = await openCompany();
    const elm = await addCustomer(session, "Elm");
    const job = await addJob(session, "Elm", "Kitchen");
    const key = [textAt(elm, "ListID"), textAt(elm, "EditSequence")] as const;
    const below = customerMod(...key, "<ParentRef><FullName>Elm:Kitchen</FullName></ParentRef>");
    assert.deepEqual(statusOf(await response(session, below)), ["3210", "Error"]);
    const free = await done(
      session,
      customerMod(textAt(job, "ListID"), textAt(job, "EditSequence"), "<ParentRef/>"),
    );
    assert.equal(textAt(free, "FullName"), "Kitchen");
  });

  it("do not share a name, whatever its case", async () => {
    const session = await openCompany();
    await addCustomer(session, "Elm");
    await addJob(session, "Elm", "Elm");
    const again = await response(
      session,
      "<CustomerAddRq><CustomerAdd><Name>ELM</Name></CustomerAdd></CustomerAddRq>",
    );
    assert.deepEqual(statusOf(again), ["3100", "Error"]);
    assert.equal(again.attributes["statusMessage"], 'The name "ELM" of the list element is already in use.');
    assert.deepEqual(again.children, []);
  });
});

describe("a simulated Mod", () => {
  it("changes what it names, clears what it empties, keeps the rest", async () => {
    const session = await openCompany();
    const address = "<BillAddress><Addr1>1 Elm Street</Addr1><City>Springdale</City></BillAddress>";
    const before = await addCustomer(session, "Elm", `${address}<Phone>5</Phone><Email>e</Email>`);
    const change =
      "<BillAddress><Addr1>2 Elm Street</Addr1></BillAddress><Phone/><Contact>Front desk</Contact>";
    const after = await done(
      session,
      customerMod(textAt(before, "ListID"), textAt(before, "EditSequence"), change),
    );
    assert.equal(textAt(after, "Phone"), undefined);
    assert.equal(textAt(after, "Email"), "e");
    assert.equal(textAt(after, "Contact"), "Front desk");
    assert.deepEqual(
      child(after, "BillAddress")?.children.map(({ text }) => text),
      ["2 Elm Street", "Springdale"],
    );
    assert.equal(textAt(after, "TimeCreated"), textAt(before, "TimeCreated"));
  });

  it("needs the edit sequence of the last save, which is a new one even within one second", async () => {
    const session = await openCompany({ clock: () => new Date("2026-03-01T10:00:00Z") });
    const before = await addCustomer(session, "Elm");
    const [id, first] = [textAt(before, "ListID"), textAt(before, "EditSequence") ?? ""];
    const after = await done(session, customerMod(id, first, "<Phone>1</Phone>"));
    assert.notEqual(textAt(after, "EditSequence"), first);
    const stale = await response(session, customerMod(id, first, "<Phone>2</Phone>"));
    assert.deepEqual(statusOf(stale), ["3200", "Error"]);
    assert.equal(stale.attributes["statusMessage"], `The provided edit sequence "${first}" is out-of-date.`);
    assert.equal(await fieldOf(session, "Customer", "Elm", "Phone"), "1");
  });
});

describe("simulated accounts and items", () => {
  it("are there from the start", async () => {
    const session = await openCompany();
    const accounts = await response(session, "<AccountQueryRq/>");
    const names = column(accounts, "FullName");
    for (const name of ["Accounts Receivable", "Checking", "Sales"]) assert.ok(names.includes(name), name);
    assert.deepEqual(column(await response(session, "<ItemServiceQueryRq/>"), "FullName"), [
      "Consulting",
      "Installation",
    ]);
  });

  it("are added and found", async () => {
    const session = await openCompany();
    await done(
      session,
      "<AccountAddRq><AccountAdd><Name>Petty</Name><AccountType>Bank</AccountType><AccountNumber>1010</AccountNumber></AccountAdd></AccountAddRq>",
    );
    const filter = "<AccountType>Bank</AccountType><AccountType>Income</AccountType>";
    const found = await response(session, `<AccountQueryRq>${filter}</AccountQueryRq>`);
    assert.deepEqual(column(found, "FullName"), ["Checking", "Petty", "Sales", "Savings", "Service Income"]);
    const sale =
      "<SalesOrPurchase><Desc>By the hour</Desc><Price>80</Price><AccountRef><FullName>Sales</FullName></AccountRef></SalesOrPurchase>";
    const item = await done(
      session,
      `<ItemServiceAddRq><ItemServiceAdd><Name>Gardening</Name>${sale}</ItemServiceAdd></ItemServiceAddRq>`,
    );
    assert.equal(textAt(item, "SalesOrPurchase", "Price"), "80.00");
    assert.equal(textAt(item, "SalesOrPurchase", "AccountRef", "FullName"), "Sales");
  });

  it("need an account to post to", async () => {
    const session = await openCompany();
    const request =
      "<ItemServiceAddRq><ItemServiceAdd><Name>Gift</Name><SalesOrPurchase><Price>1.00</Price></SalesOrPurchase></ItemServiceAdd></ItemServiceAddRq>";
    assert.deepEqual(statusOf(await response(session, request)), ["3270", "Error"]);
  });
});

describe("simulated ListDel", () => {
  const del = (type: string, id: string | undefined): string =>
    `<ListDelRq><ListDelType>${type}</ListDelType><ListID>${id}</ListID></ListDelRq>`;

  it("removes what nobody uses, and frees its name", async () => {
    const session = await openCompany();
    const id = textAt(await addCustomer(session, "Elm"), "ListID");
    const deleted = await response(session, del("Customer", id));
    assert.deepEqual(
      deleted.children.map(({ name }) => name),
      ["ListDelType", "ListID", "TimeDeleted", "FullName"],
    );
    assert.deepEqual(statusOf(await response(session, del("Customer", id))), ["3120", "Error"]);
    assert.notEqual(textAt(await addCustomer(session, "Elm"), "ListID"), id);
  });

  it("refuses what is in use", async () => {
    const session = await openCompany();
    const elm = await addCustomer(session, "Elm");
    await addJob(session, "Elm", "Kitchen");
    const line = "<InvoiceLineAdd><ItemRef><FullName>Consulting</FullName></ItemRef></InvoiceLineAdd>";
    await done(
      session,
      `<InvoiceAddRq><InvoiceAdd><CustomerRef><FullName>Elm:Kitchen</FullName></CustomerRef>${line}</InvoiceAdd></InvoiceAddRq>`,
    );
    const idOf = async (kind: string, name: string): Promise<string | undefined> =>
      textAt(await done(session, `<${kind}QueryRq><FullName>${name}</FullName></${kind}QueryRq>`), "ListID");
    const used = [
      ["Customer", textAt(elm, "ListID")],
      ["Customer", await idOf("Customer", "Elm:Kitchen")],
      ["ItemService", await idOf("ItemService", "Consulting")],
      ["Account", await idOf("Account", "Service Income")],
      ["Account", await idOf("Account", "Accounts Receivable")],
    ] as const;
    const results = await responses(session, used.map(([type, id]) => del(type, id)).join(""));
    for (const result of results) assert.deepEqual(statusOf(result), ["3160", "Error"]);
    await done(session, del("ItemService", await idOf("ItemService", "Installation")));
  });
});
