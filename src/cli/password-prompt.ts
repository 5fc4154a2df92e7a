import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { EXIT } from "./exit-codes.js";
import { wrongUse } from "./failure.js";

const MAX_LENGTH = 1024;

/** Asks twice on the terminal, without showing what is typed. */
export async function promptForPassword(user: string): Promise<string> {
  const first = checkPassword(await ask(`Password for ${user}: `));
  if ((await ask("The same again: ")) === first) return first;
  throw wrongUse("the two passwords differ", "Nothing was changed; try again.");
}

/** The first line of standard input. */
export async function readPasswordFromStdin(): Promise<string> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) {
    text += chunk as string;
    if (text.length > MAX_LENGTH + 2) break;
  }
  return checkPassword(text.replace(/\r?\n$/, ""));
}

function checkPassword(password: string): string {
  const problem = complaint(password);
  if (problem === undefined) return password;
  throw wrongUse(
    `the password ${problem}`,
    "Choose another; a generated one comes without --password-stdin.",
  );
}

function complaint(password: string): string | undefined {
  if (password === "") return "is empty";
  if (password.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  return /\p{Cc}/u.test(password) ? "has more than one line, or control characters" : undefined;
}

function ask(question: string): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  process.stderr.write(question);
  return new Promise((resolve) => {
    terminal.once("SIGINT", () => {
      process.stderr.write("\n");
      terminal.close();
      process.exit(EXIT.interrupted);
    });
    terminal.once("close", () => resolve(""));
    terminal.question("", (answer) => {
      process.stderr.write("\n");
      resolve(answer);
      terminal.close();
    });
  });
}
