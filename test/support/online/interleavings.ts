import type { Random } from "../random.js";

type Action = "step" | "crash";

/** What a step touches: two steps of different actors in a row are tried in one order only when that makes no difference. */
export type Touch = "reads" | "writes" | "sends" | "locks";

interface Waiting {
  readonly touch: Touch;
  readonly may: () => boolean;
  readonly go: () => void;
}

/** A process of a scene: it waits at each gate until its turn comes. */
export class Actor {
  #waiting: Waiting | undefined;
  #reached: () => void = () => {};
  ended = false;
  crashed = false;

  start(work: (actor: Actor) => Promise<void>): Promise<void> {
    return this.#until(() => {
      void work(this).finally(() => {
        this.ended = true;
        this.#reached();
      });
    });
  }

  /** The point before something that others can see. */
  gate(touch: Touch, may: () => boolean = () => true): Promise<void> {
    return new Promise((go) => {
      this.#waiting = { touch, may, go };
      this.#reached();
    });
  }

  get canStep(): boolean {
    return !this.ended && !this.crashed && (this.#waiting?.may() ?? false);
  }

  /** What the next step touches. */
  get touch(): Touch | undefined {
    return this.#waiting?.touch;
  }

  get alive(): boolean {
    return !this.ended && !this.crashed;
  }

  step(): Promise<void> {
    const { go } = this.#waiting as Waiting;
    this.#waiting = undefined;
    return this.#until(go);
  }

  #until(begin: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#reached = resolve;
      begin();
    });
  }
}

export interface Scene {
  readonly actors: readonly Actor[];
  readonly works: readonly ((actor: Actor) => Promise<void>)[];
  /** How many actors may crash. */
  readonly crashes: number;
  /** After all have ended or crashed. */
  check(trace: string): Promise<void>;
}

/** Runs the scene in every order of its actors' steps that makes a difference, with a crash after every step. */
export async function everyInterleaving(setUp: () => Promise<Scene>): Promise<number> {
  const choices: { taken: number; readonly of: number }[] = [];
  for (let runs = 1; ; runs++) {
    await runOnce(await setUp(), (at, of) => {
      if (at === choices.length) choices.push({ taken: 0, of });
      return choices[at]?.taken ?? 0;
    });
    while (choices.length > 0 && (choices.at(-1)?.taken ?? 0) + 1 === choices.at(-1)?.of) choices.pop();
    const last = choices.at(-1);
    if (last === undefined) return runs;
    last.taken++;
  }
}

/** As many runs in orders of which the random numbers decide. */
export async function someInterleavings(
  setUp: () => Promise<Scene>,
  runs: number,
  random: Random,
): Promise<number> {
  for (let run = 0; run < runs; run++) await runOnce(await setUp(), (_, of) => random.below(of));
  return runs;
}

interface Done {
  readonly index: number;
  readonly touch: Touch | undefined;
}

async function runOnce(scene: Scene, choose: (at: number, of: number) => number): Promise<void> {
  for (const [index, actor] of scene.actors.entries()) {
    const work = scene.works[index];
    if (work !== undefined) await actor.start(work);
  }
  let trace = "";
  let done: Done | undefined;
  for (let at = 0; ; at++) {
    const options = optionsOf(scene, done);
    if (options.length === 0) {
      // The other order of these steps is run, too: this one is of no use.
      if (scene.actors.some(({ canStep }) => canStep)) return;
      break;
    }
    const [index, action] = options[choose(at, options.length)] as readonly [number, Action];
    const actor = scene.actors[index] as Actor;
    trace += action === "crash" ? `x${index}` : String(index);
    done = action === "crash" ? undefined : { index, touch: actor.touch };
    if (action === "crash") actor.crashed = true;
    else await actor.step();
  }
  await scene.check(trace);
}

function optionsOf({ actors, crashes }: Scene, done: Done | undefined): (readonly [number, Action])[] {
  const left = crashes - actors.filter(({ crashed }) => crashed).length;
  return actors.flatMap((actor, index) => [
    ...(actor.canStep && !isSwapped(actor, index, done) ? [[index, "step"] as const] : []),
    ...(left > 0 && actor.alive && done?.index === index ? [[index, "crash"] as const] : []),
  ]);
}

/** Whether this step could have come before the last one, with the same effect. */
function isSwapped({ touch }: Actor, index: number, done: Done | undefined): boolean {
  return done !== undefined && index < done.index && commute(touch, done.touch);
}

function commute(one: Touch | undefined, other: Touch | undefined): boolean {
  if (one === other) return one === "reads";
  const both = [one, other];
  // The end of the work under the lock looks at what is stored.
  return both.includes("sends") || (both.includes("reads") && both.includes("locks"));
}
