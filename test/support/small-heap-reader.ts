// Reads all accounts of the connector at the URL, one by one or all at once, and prints how many there were.
import { QBClient } from "qbconnector";

const [url = "", how] = process.argv.slice(2);
const client = new QBClient(`URL='${url}'`);
const accounts = client.query("Account");
let count = 0;
if (how === "whole") count = (await accounts.toArray()).length;
else for await (const account of accounts) if (account.Name.startsWith("Account")) count++;
process.stdout.write(`${count}\n`);
await client.close();
