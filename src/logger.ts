/** What this library needs of a logger; pino's loggers fit, and so does `console` with a little wrapping. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Without a logger, warnings and errors still reach the process' standard error. */
export const standardErrorLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: (_fields: object, message: string) => process.stderr.write(`qbconnector: warning: ${message}\n`),
  error: (_fields: object, message: string) => process.stderr.write(`qbconnector: error: ${message}\n`),
});
