/** What brings or stores tokens: whoever closes waits for it, because nobody gets the same tokens twice. */
export class UnfinishedWork {
  readonly #running = new Set<Promise<unknown>>();

  track<Result>(work: Promise<Result>): Promise<Result> {
    const ended = work.catch(() => {}).finally(() => this.#running.delete(ended));
    this.#running.add(ended);
    return work;
  }

  async finished(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
