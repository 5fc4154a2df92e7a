import { Option, type Command } from "commander";
import { redactConnectionString } from "../../connection-string.js";
import { hashPassword } from "../../connector/password-hash.js";
import { defaultConfigFile, readConfigFile, updateConfigFile } from "../config-file.js";
import { checkConfiguration, type Configuration, type UserEntry } from "../configuration.js";
import { wrongUse } from "../failure.js";
import { generatePassword } from "../generated-password.js";
import { configOption, say } from "../options.js";
import { promptForPassword, readPasswordFromStdin } from "../password-prompt.js";
import { formatTable } from "../table.js";

interface FileOption {
  readonly config?: string;
}

interface AddOptions extends FileOption {
  readonly readOnly?: boolean;
  readonly windows?: boolean;
  readonly connectionString?: string;
  readonly passwordStdin?: boolean;
}

interface NewPassword {
  readonly password: string;
  readonly generated: boolean;
}

export function addUserCommand(program: Command): void {
  const user = program
    .command("user")
    .description("add, remove and list the users who may connect")
    .addHelpText(
      "after",
      "\nA connector that is serving reads its users when it starts.\n\nExample:\n  qbconnector user add Foo --read-only",
    );
  addAdd(user);
  user
    .command("remove <name>")
    .description("remove a user from the config file")
    .addOption(configOption())
    .addHelpText("after", "\nExample:\n  qbconnector user remove Foo")
    .action(removeUser);
  user
    .command("list")
    .description("list the users of the config file")
    .addOption(configOption())
    .addHelpText("after", "\nExample:\n  qbconnector user list")
    .action(listUsers);
}

function addAdd(user: Command): void {
  user
    .command("add <name>")
    .description("add a user to the config file")
    .option("--read-only", "let the user send only requests that do not write")
    .option("--windows", "the user logs in with the password of a Windows account")
    .option("--connection-string <string>", "how QuickBooks is opened for this user")
    .addOption(new Option("--password-stdin", "read the password from standard input").conflicts("windows"))
    .addOption(configOption())
    .addHelpText("after", ADD_HELP)
    .action(addUser);
}

const ADD_HELP = `
On a terminal the password is asked for, twice and unseen; elsewhere, without --password-stdin, a strong one is made and
printed once. The file keeps only a scrypt string of it. A password is never taken from the command line, where every
process of the machine could read it.

Examples:
  qbconnector user add Foo
  qbconnector user add Reports --read-only --connection-string "CompanyFile='C:\\Books\\Shop.qbw'"
  qbconnector user add Foo --password-stdin < password.txt`;

async function addUser(name: string, options: AddOptions): Promise<void> {
  const file = options.config ?? defaultConfigFile();
  // Mistakes show before anybody types a password.
  checkConfiguration(withUser(readConfigFile(file), file, await entryFor(name, options, undefined)), file);
  const secret = options.windows === true ? undefined : await newPassword(name, options);
  const entry = await entryFor(name, options, secret?.password);
  await updateConfigFile(file, (configuration) => withUser(configuration, file, entry));
  say(`Added the user "${name}" to ${file}.`);
  if (secret?.generated === true) say(`Password: ${secret.password}\nIt is not shown again.`);
}

async function newPassword(name: string, { passwordStdin }: AddOptions): Promise<NewPassword> {
  if (passwordStdin === true) return { password: await readPasswordFromStdin(), generated: false };
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY;
  if (isTerminal) return { password: await promptForPassword(name), generated: false };
  return { password: generatePassword(), generated: true };
}

/** Without a password the entry serves only to be checked. */
async function entryFor(name: string, options: AddOptions, password: string | undefined): Promise<UserEntry> {
  const { windows, readOnly, connectionString } = options;
  return {
    user: name,
    ...(windows === true || password === undefined
      ? { authMode: "Windows" }
      : { passwordHash: await hashPassword(password) }),
    ...(readOnly === true ? { readOnly } : {}),
    ...(connectionString === undefined ? {} : { qbConnectionString: connectionString }),
  };
}

function withUser({ users = [], ...rest }: Configuration, file: string, entry: UserEntry): Configuration {
  if (users.some(({ user }) => user === entry.user)) {
    throw wrongUse(
      `${file} has a user "${entry.user}" already`,
      `To change it, run first: qbconnector user remove ${entry.user}`,
    );
  }
  return { ...rest, users: [...users, entry] };
}

async function removeUser(name: string, options: FileOption): Promise<void> {
  const file = options.config ?? defaultConfigFile();
  await updateConfigFile(file, ({ users = [], ...rest }) => {
    const others = users.filter(({ user }) => user !== name);
    if (others.length < users.length) return { ...rest, users: others };
    throw wrongUse(`${file} has no user "${name}"`, "See the users with: qbconnector user list");
  });
  say(`Removed the user "${name}" from ${file}.`);
}

function listUsers(options: FileOption): void {
  const file = options.config ?? defaultConfigFile();
  const { users = [] } = readConfigFile(file);
  if (users.length === 0) return say(`${file} has no users.`);
  const rows = users.map((entry) => [
    entry.user,
    entry.readOnly === true ? "read" : "read, write",
    entry.authMode === "Windows" ? "Windows" : "password",
    redactConnectionString(entry.qbConnectionString ?? ""),
  ]);
  process.stdout.write(formatTable(["User", "Rights", "Login", "QuickBooks"], rows));
}
