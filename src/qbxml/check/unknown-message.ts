import { schemaFacts } from "../schema/facts.js";
import { oneOf, shown } from "./finding.js";
import type { Verdict } from "./mistake.js";
import { nearestName } from "./nearest-name.js";

const OPERATIONS = ["Add", "Mod", "Query"];
const DELETING = /^(?:Del|Delete|Remove)$/;

interface Hint {
  readonly words: string;
  readonly repair?: string;
  readonly allowed?: readonly string[];
}

/** What is said of a request, or of a response, of which qbXML has none. @param guesses Whether to look for what was meant. */
export function unknownMessage(name: string, response: boolean, guesses: boolean): Verdict {
  const [what, ending] = response ? ["response", "Rs"] : ["request", "Rq"];
  const { words, ...hint } = guesses ? hintOf(name, ending) : NO_HINT;
  const message = `${shown("", name)} is not a ${what} of qbXML${words}`;
  return { rule: "unknownRequest", message, given: shown("", name), ...hint };
}

const NO_HINT: Hint = { words: "" };

function hintOf(name: string, ending: string): Hint {
  const { messages } = schemaFacts();
  if (Object.hasOwn(messages, name + ending))
    return { words: `; it stands inside ${name}${ending}`, repair: `put it into <${name}${ending}>` };
  const names = Object.keys(messages).filter((known) => known.endsWith(ending));
  const near = nearestName(name, names);
  return relatives(name, names, ending) ?? (near === undefined ? kindsOf(name, names) : nearest(near));
}

function nearest(near: string | undefined): Hint {
  return near === undefined ? { words: "" } : { words: `; did you mean ${near}?`, repair: `write ${near}` };
}

/** Of `CustomerUpdateRq`: that there are `CustomerAddRq`, `CustomerModRq` and `CustomerQueryRq`. */
function relatives(name: string, names: readonly string[], ending: string): Hint | undefined {
  const bare = name.replace(/R[qs]$/, "");
  const words = bare.match(/[A-Z][a-z0-9]*/g) ?? [];
  for (let count = words.length; count > 0; count--) {
    const object = words.slice(0, count).join("");
    const found = OPERATIONS.map((operation) => object + operation + ending).filter((known) =>
      names.includes(known),
    );
    if (found.length > 0) return hintAt(object, bare.slice(object.length), found, names, ending);
  }
  return undefined;
}

/** Of `JournalQueryRq`: that there is `JournalEntryQueryRq`. */
function kindsOf(name: string, names: readonly string[]): Hint {
  const [, object, operation] = /^([A-Z][A-Za-z]*?)((?:Add|Mod|Query)R[qs])$/.exec(name) ?? [];
  if (object === undefined || operation === undefined) return { words: "" };
  const allowed = names.filter((known) => known.startsWith(object) && known.endsWith(operation));
  return allowed.length === 0 ? { words: "" } : thereAre(allowed);
}

function thereAre(allowed: readonly string[]): Hint {
  return { words: `; ${allowed.length === 1 ? "there is" : "there are"} ${listed(allowed)}`, allowed };
}

function hintAt(
  object: string,
  operation: string,
  found: readonly string[],
  names: readonly string[],
  ending: string,
): Hint {
  const near = nearestName(
    object + operation + ending,
    found.filter((known) => isTypo(known, object, operation)),
  );
  if (near !== undefined) return nearest(near);
  const deleting = DELETING.test(operation) ? deletionOf(object) : undefined;
  if (deleting !== undefined) return deleting;
  const kinds = OPERATIONS.includes(operation)
    ? names.filter((known) => known.startsWith(object) && known.endsWith(operation + ending))
    : [];
  return thereAre(kinds.length > 0 ? kinds : found);
}

/** Whether the operation is misspelt, and not another. */
function isTypo(known: string, object: string, operation: string): boolean {
  const right = known.slice(object.length, -2);
  return nearestName(operation, [right]) !== undefined;
}

function deletionOf(object: string): Hint | undefined {
  const { enums } = schemaFacts();
  const kind = ["ListDel", "TxnDel"].find((request) => enums[`${request}Type`]?.includes(object));
  if (kind === undefined) return undefined;
  const repair = `write ${kind}Rq with <${kind}Type>${object}</${kind}Type>`;
  return { words: `; ${kind}Rq deletes such objects`, repair, allowed: [`${kind}Rq`] };
}

function listed(names: readonly string[]): string {
  return oneOf(names).replace(/ or (?=[^ ]*$)/, " and ");
}
