import { branch, writeTree, type Tree, type WrittenTree } from "./element-tree.js";
import type { Instance } from "./instances.js";
import { isRequest, messageOf, type Scope } from "./qbxml-facts.js";

/** The document around messages of one set. */
export function documentOf(messages: Tree[], { version }: Pick<Scope, "version">): WrittenTree {
  const [first] = messages;
  if (first === undefined) throw new Error("a document needs a message");
  const { set } = messageOf(first.name);
  const attributes = set === "QBXMLMsgsRq" ? { onError: "stopOnError" } : {};
  const root = branch("QBXML", [branch(set, messages, attributes)]);
  return writeTree(root, isRequest(first.name) ? version : undefined);
}

export function textOf({ tree, scope }: Instance): string {
  return documentOf([tree], scope).text;
}
