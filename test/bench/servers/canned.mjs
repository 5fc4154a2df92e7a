// Takes a body, gives 2 KB; as little as node:http can do.
import { createServer } from "node:http";
import { RESPONSE } from "../messages.mjs";
import { report } from "./report.mjs";

const answer = Buffer.from(RESPONSE);
const head = { "content-type": "text/xml; charset=utf-8", "content-length": answer.length };
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, head).end(answer);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => report(server.address().port));
