import { branch, nodesOf, writeTree, type Tree, type WrittenTree } from "./element-tree.js";
import { make } from "./instances.js";
import { isRequest, messageOf, type Scope } from "./qbxml-facts.js";

/** The message set of a message; in front of one that uses a macro stands a request that defines it. */
export function setOf(tree: Tree, scope: Scope, message = tree.name): Tree {
  const { set } = messageOf(message);
  const attributes = set === "QBXMLMsgsRq" ? { onError: "stopOnError" } : {};
  const macros = [...nodesOf(tree)].flatMap(({ node }) => node.attributes["useMacro"] ?? []);
  const [macro] = macros;
  return branch(set, macro === undefined ? [tree] : [definition(macro, scope), tree], attributes);
}

function definition(defMacro: string, scope: Scope): Tree {
  const { tree } = make("InvoiceAddRq", "minimal", scope);
  for (const child of tree.children) child.attributes = { defMacro };
  return tree;
}

/** The document with the message set of a message. */
export function documentOf(tree: Tree, scope: Scope, message = tree.name): WrittenTree {
  return writeTree(
    branch("QBXML", [setOf(tree, scope, message)]),
    isRequest(message) ? scope.version : undefined,
  );
}
