import { QBError } from "../errors.js";
import type { MessageSet } from "../qbxml/envelope.js";

/** Throws `QB_READ_ONLY` that names what the set would change, when it would change anything. */
export function checkReadOnly(set: MessageSet): void {
  if (!set.writes) return;
  const names = [...new Set(set.requests.filter((request) => request.writes).map((request) => request.name))];
  if (set.newMessageSetID !== undefined) names.push("newMessageSetID");
  if (set.oldMessageSetID !== undefined) names.push("oldMessageSetID");
  const shown = names.slice(0, 10).join(", ");
  throw new QBError(
    "QB_READ_ONLY",
    `this user may only read; refused: ${shown}${names.length > 10 ? ", ..." : ""}`,
    {
      details: { requests: names.slice(0, 100) },
    },
  );
}
