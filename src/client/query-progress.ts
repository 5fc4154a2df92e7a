/** How far a query got. */
export interface QueryProgress {
  /** Records that were given to the program. */
  readonly received: number;
  /** Records beyond the answer that is being read; undefined while QuickBooks has not said it. */
  readonly remaining: number | undefined;
  /** Answers that were read to their end. */
  readonly pages: number;
  /** What there was to find when the query began; only with `metaData`. */
  readonly total: number | undefined;
}
