/** What has to be undone of what was done so far. */
export class UndoList {
  #actions: (() => void)[] = [];

  add(action: () => void): void {
    this.#actions.push(action);
  }

  keep<Thing>(thing: Thing, letGo: (thing: Thing) => void): Thing {
    this.add(() => letGo(thing));
    return thing;
  }

  /** Undoes the last first, each thing once, whatever fails. Gives the first failure. */
  run(): unknown {
    const failures: unknown[] = [];
    for (let action = this.#actions.pop(); action !== undefined; action = this.#actions.pop()) {
      try {
        action();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures[0];
  }
}
