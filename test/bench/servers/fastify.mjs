import fastify from "fastify";
import { RESPONSE } from "../messages.mjs";
import { authorized } from "./password.mjs";
import { report } from "./report.mjs";

const app = fastify();
app.addContentTypeParser(["text/xml", "application/xml"], { parseAs: "string" }, (_request, body, done) =>
  done(null, body),
);
app.post("/", (request, reply) => {
  if (!authorized(request.headers.authorization)) return reply.code(401).send();
  return reply.type("text/xml; charset=utf-8").send(RESPONSE);
});
await app.listen({ host: "127.0.0.1", port: 0 });
report(app.server.address().port);
