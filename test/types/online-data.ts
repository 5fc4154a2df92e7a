// Calls on the data of QuickBooks Online: what is typed, and what a result may be.
import { queryText, type BatchResult, type Customer, type OnlineConnection } from "qbconnector/online";

declare const online: OnlineConnection;

export async function queries(): Promise<unknown[]> {
  const names: string[] = [];
  for await (const customer of online.query<Customer>("select * from Customer"))
    names.push(customer.DisplayName);
  const open: unknown = (await online.query("select * from Budget").toArray())[0]?.["BudgetType"];
  const [count] = await online.query<number>("select count(*) from Customer").toArray();
  const text: string = queryText`select * from Customer where Id in ${["1", "2"]} and Active = ${true}`;
  // @ts-expect-error an object is no value
  void queryText`select * from Customer where Id = ${{}}`;
  return [names, open, count, text];
}

export async function writes(): Promise<void> {
  await online.update("Customer", { Id: "1", SyncToken: "0", Notes: "x" }, { mode: "full", requestId: "a" });
  // @ts-expect-error an update says which version it changes
  await online.update("Customer", { Id: "1", Notes: "x" });
  // @ts-expect-error an update says which version it changes, of any kind
  await online.update("Budget", { Name: "x" });
  await online.delete("Invoice", "1");
  await online.delete("Invoice", { Id: "1", SyncToken: "0" });
  // @ts-expect-error a version has both
  await online.delete("Invoice", { Id: "1" });
  // @ts-expect-error there is no such mode
  await online.update("Customer", { Id: "1", SyncToken: "0" }, { mode: "half" });
}

export function told(result: BatchResult): string | undefined {
  if (!result.ok) return result.error.outcome;
  // @ts-expect-error a query has objects, the others an object
  void result.object;
  return "object" in result ? String(result.object["Id"]) : result.objects.length.toString();
}

export async function changes(): Promise<string | undefined> {
  const feed = online.changes({ entities: ["Customer"], since: new Date() });
  for await (const { entity, id, deleted } of feed) void [entity.trim(), id.trim(), deleted === true];
  return feed.nextSince;
}
