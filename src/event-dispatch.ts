import { EventEmitter } from "eventemitter3";
import { QBError } from "./errors.js";

type Listener = (...args: never[]) => unknown;

/** Each event has one argument object. */
export type EventListener<Events, Name extends keyof Events> = (event: Events[Name]) => unknown;

/** How users add and remove listeners. */
export interface TypedEmitter<Events extends object> {
  on<Name extends keyof Events & string>(
    event: Name,
    listener: EventListener<Events, Name>,
    context?: unknown,
  ): this;
  once<Name extends keyof Events & string>(
    event: Name,
    listener: EventListener<Events, Name>,
    context?: unknown,
  ): this;
  off<Name extends keyof Events & string>(event: Name, listener?: EventListener<Events, Name>): this;
  addListener<Name extends keyof Events & string>(
    event: Name,
    listener: EventListener<Events, Name>,
    context?: unknown,
  ): this;
  removeListener<Name extends keyof Events & string>(
    event: Name,
    listener?: EventListener<Events, Name>,
  ): this;
  removeAllListeners(event?: keyof Events & string): this;
  listenerCount(event: keyof Events & string): number;
  listeners(event: keyof Events & string): Listener[];
}

/** Folds what eventemitter3 knows beside a function (`once`, a context) into the function, so that listeners can be run one by one. */
class FoldingEmitter extends EventEmitter {
  readonly #originals = new WeakMap<Listener, Listener>();

  override on(event: string | symbol, listener: Listener, context?: unknown): this {
    return super.on(event, (context === undefined ? listener : this.#wrap(listener, context)) as never);
  }

  override addListener(event: string | symbol, listener: Listener, context?: unknown): this {
    return this.on(event, listener, context);
  }

  override once(event: string | symbol, listener: Listener, context?: unknown): this {
    return super.on(event, this.#wrap(listener, context, event) as never);
  }

  override off(event: string | symbol, listener?: Listener): this {
    for (const added of super.listeners(event) as Listener[])
      if (this.#originals.get(added) === listener) super.off(event, added as never);
    return super.off(event, listener as never);
  }

  override removeListener(event: string | symbol, listener?: Listener): this {
    return this.off(event, listener);
  }

  #wrap(listener: Listener, context: unknown, onceFor?: string | symbol): Listener {
    const wrapper = (...args: never[]): unknown => {
      if (onceFor !== undefined) super.off(onceFor, wrapper as never);
      return listener.apply(context ?? this, args);
    };
    this.#originals.set(wrapper, listener);
    return wrapper;
  }
}

/** The base of every class with events; its listeners are run by an `EventDispatch`. */
export const DispatchEmitter: new <Events extends object>() => TypedEmitter<Events> = FoldingEmitter as never;

export interface DispatchOptions {
  /** How long the listeners of one decision may take together. */
  readonly timeLimitMs: () => number;
  /** Hears of every listener that failed. */
  readonly onListenerError: (event: string, error: unknown) => void;
}

interface Held {
  readonly name: string;
  readonly event: object;
}

const MAX_HELD = 10_000;

/**
 * The one way in which events reach listeners.
 *
 * Notifications go out at once, or, while `holding`, when `deliver()` is called. Decisions run their listeners in order and
 * wait for each, because they may write fields. A listener that throws or rejects never disturbs the others.
 */
export class EventDispatch<Events extends object> {
  /** While true, notifications wait for `deliver()`. */
  holding = false;
  readonly #emitter: TypedEmitter<Events>;
  readonly #options: DispatchOptions;
  readonly #held: Held[] = [];
  readonly #onHeld = new Set<() => void>();

  constructor(emitter: TypedEmitter<Events>, options: DispatchOptions) {
    this.#emitter = emitter;
    this.#options = options;
  }

  has(name: keyof Events & string): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  /** Tells listeners. `make` is called only if there is one. */
  notify<Name extends keyof Events & string>(name: Name, make: () => Events[Name] & object): void {
    if (!this.has(name)) return;
    const event = this.#made(name, make);
    if (event === undefined) return;
    if (!this.holding) return this.#tell(name, event);
    if (this.#held.length >= MAX_HELD) this.#held.shift();
    this.#held.push({ name, event });
    for (const wake of this.#onHeld) wake();
  }

  /**
   * Lets listeners decide by writing fields of `event`. Throws `QB_LISTENER` when one of them failed or all of them together
   * took longer than the time limit; what they write after that has no effect on the caller. When `abandoned` rejects nobody
   * needs the decision any more, and it rejects likewise.
   */
  async decide<Name extends keyof Events & string>(
    name: Name,
    event: Events[Name] & object,
    abandoned?: Promise<never>,
  ): Promise<void> {
    const limit = this.#options.timeLimitMs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const error = new QBError("QB_LISTENER", `the ${name} listeners took longer than ${limit} ms`);
        this.#options.onListenerError(name, error);
        reject(error);
      }, limit);
    });
    try {
      const asked = this.#askInOrder(name, event);
      await Promise.race(abandoned === undefined ? [asked, late] : [asked, late, abandoned]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends out what was held; waits up to `waitMs` for something when there is nothing. Gives the number of events. */
  async deliver(waitMs: number): Promise<number> {
    if (this.#held.length === 0 && waitMs > 0) await this.#somethingHeld(waitMs);
    const events = this.#held.splice(0);
    for (const { name, event } of events) this.#tell(name, event);
    return events.length;
  }

  /** An answer can be too long to be told as text; that must not fail the call that got it. */
  #made(name: string, make: () => object): object | undefined {
    try {
      return make();
    } catch (error) {
      this.#options.onListenerError(name, error);
      return undefined;
    }
  }

  #somethingHeld(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#onHeld.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      this.#onHeld.add(wake);
    });
  }

  #tell(name: string, event: object): void {
    for (const listener of this.#listeners(name)) {
      try {
        const result = listener.call(this.#emitter, event as never);
        if (isThenable(result)) result.then(undefined, (error) => this.#options.onListenerError(name, error));
      } catch (error) {
        this.#options.onListenerError(name, error);
      }
    }
  }

  async #askInOrder(name: string, event: object): Promise<void> {
    let failure: unknown;
    for (const listener of this.#listeners(name)) {
      try {
        await listener.call(this.#emitter, event as never);
      } catch (error) {
        this.#options.onListenerError(name, error);
        failure ??= error ?? new Error("a listener threw nothing");
      }
    }
    if (failure !== undefined)
      throw new QBError("QB_LISTENER", `a listener of ${name} failed`, { cause: failure });
  }

  #listeners(name: string): Listener[] {
    return this.#emitter.listeners(name as keyof Events & string);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}

/** An argument object: `fixed` fields can be read, `writable` ones also written, nothing can be added. */
export function eventArguments<Fixed extends object, Writable extends object = object>(
  fixed: Fixed,
  writable?: Writable,
): Readonly<Fixed> & Writable {
  if (writable === undefined) return Object.freeze(fixed) as Readonly<Fixed> & Writable;
  const event: object = { ...writable };
  for (const [name, value] of Object.entries(fixed)) {
    Object.defineProperty(event, name, { value, enumerable: true, writable: false });
  }
  return Object.seal(event) as Readonly<Fixed> & Writable;
}
