/** Counts the calls of a client, so that closing it can wait for them. */
export class RunningCalls {
  #count = 0;
  readonly #whenNone: (() => void)[] = [];

  get any(): boolean {
    return this.#count > 0;
  }

  begin(): void {
    this.#count++;
  }

  end(): void {
    this.#count--;
    if (this.#count === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  async none(): Promise<void> {
    if (this.any) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
  }
}
