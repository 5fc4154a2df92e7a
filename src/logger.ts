/** What this library needs of a logger; pino's loggers fit, and so does `console` with a little wrapping. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A logger that fails must not take the server down. */
export function withoutFailures(logger: Logger): Logger {
  const guarded = (level: keyof Logger) => (fields: object, message: string) => {
    try {
      logger[level](fields, message);
    } catch {
      // There is nowhere left to tell it.
    }
  };
  return Object.freeze({
    debug: guarded("debug"),
    info: guarded("info"),
    warn: guarded("warn"),
    error: guarded("error"),
  });
}

/** Without a logger, warnings and errors still reach the process' standard error. */
export const standardErrorLogger: Logger = Object.freeze({
  debug: () => {},
  info: () => {},
  warn: (_fields: object, message: string) => process.stderr.write(`qbconnector: warning: ${message}\n`),
  error: (_fields: object, message: string) => process.stderr.write(`qbconnector: error: ${message}\n`),
});
