type Environment = Readonly<Record<string, string | undefined>>;

/** Words as Node reads them in NODE_OPTIONS: between spaces, which may stand within quotes. */
const WORD = /(?:"(?:\\.|[^"\\])*"?|[^ "])+/gs;
const DEBUGGER = /^--inspect(?:[-_=]|$)/;
const WITH_VALUE_BEHIND = /^--inspect[-_](?:port|publish[-_]uid)$/;

/**
 * What a host gets of the program's environment. A host with the debugger's options would fight with the program for its port, or
 * wait for a debugger for ever. All other options stay: without those of Yarn's Plug'n'Play no package is found.
 */
export function hostEnvironment(environment: Environment): Environment {
  const options = environment["NODE_OPTIONS"];
  return options === undefined
    ? environment
    : { ...environment, NODE_OPTIONS: withoutDebugger(options.match(WORD) ?? []) };
}

function withoutDebugger(words: readonly string[]): string {
  const plain = words.map((word) => word.replaceAll('"', ""));
  return words.filter((_, index) => !isOfDebugger(plain[index], plain[index - 1])).join(" ");
}

function isOfDebugger(word = "", before = ""): boolean {
  return DEBUGGER.test(word) || (WITH_VALUE_BEHIND.test(before) && !word.startsWith("-"));
}
