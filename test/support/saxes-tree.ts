import { SaxesParser } from "saxes";
import { branch, type Tree } from "./element-tree.js";

/** The root element as saxes reads it; layout between elements is gone. Throws what saxes throws. */
export function readBySaxes(text: string): Tree {
  const parser = new SaxesParser();
  const open: Tree[] = [branch("", [])];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const tree = branch(name, [], { ...(attributes as Record<string, string>) });
    open.at(-1)?.children.push(tree);
    open.push(tree);
  });
  parser.on("text", (data) => addText(open.at(-1), data));
  parser.on("cdata", (data) => addText(open.at(-1), data));
  parser.on("closetag", () => {
    const tree = open.pop();
    if (tree !== undefined && tree.children.length > 0 && /^[ \t\r\n]*$/.test(tree.text)) tree.text = "";
  });
  parser.write(text).close();
  return open[0]?.children[0] as Tree;
}

function addText(tree: Tree | undefined, data: string): void {
  if (tree !== undefined) tree.text += data;
}
