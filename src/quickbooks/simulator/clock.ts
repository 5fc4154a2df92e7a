/** The identity of one save: an object's times and its edit sequence come from it. */
export interface Moment {
  /** Unix time in seconds. */
  readonly unix: number;
  /** The same as the wall clock shows it, counted as if it were UTC. */
  readonly wall: number;
}

/** The clock of the computer on which QuickBooks runs. */
export class Clock {
  readonly #now: () => Date;
  readonly #wallParts: Intl.DateTimeFormat;
  readonly #standardOffsets = new Map<number, number>();

  constructor(now: () => Date, timeZone: string | undefined) {
    this.#now = now;
    this.#wallParts = new Intl.DateTimeFormat("en-US", {
      ...(timeZone === undefined ? {} : { timeZone }),
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** Now, but later than `after`, so that each save can be told from the one before. */
  moment(after = 0): Moment {
    const unix = Math.max(Math.floor(this.#now().getTime() / 1000), after + 1);
    return Object.freeze({ unix, wall: this.#wall(unix) });
  }

  today(): string {
    return dateOf(this.moment().wall);
  }

  /** Wall-clock time with the zone's standard offset, in summer too: that is how QuickBooks writes its times. */
  format({ unix, wall }: Moment): string {
    const offset = this.#standardOffset(unix);
    const size = Math.abs(offset);
    const hours = String(Math.floor(size / 3600)).padStart(2, "0");
    const minutes = String(Math.floor((size % 3600) / 60)).padStart(2, "0");
    return `${new Date(wall * 1000).toISOString().slice(0, 19)}${offset < 0 ? "-" : "+"}${hours}:${minutes}`;
  }

  /**
   * A time of a request as the wall clock would show it. An offset is taken for what it says and compared with the standard
   * offset; how QuickBooks treats one that is neither is a guess.
   * @param lastSecond What a date without a time means: its last second rather than its first.
   */
  parse(text: string, lastSecond = false): number {
    const [date = "", time] = text.split("T");
    const [year = 0, month = 1, day = 1] = date.split("-").map(Number);
    const [clockTime = "", offset] = (time ?? (lastSecond ? "23:59:59" : "0:0:0")).split(/(?=[+-])/);
    const [hour = 0, minute = 0, second = 0] = clockTime.split(":").map(Number);
    const wall = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
    return offset === undefined ? wall : wall - secondsOf(offset) + this.#standardOffset(wall);
  }

  #wall(unix: number): number {
    const parts = this.#wallParts.formatToParts(unix * 1000).filter(({ type }) => type !== "literal");
    const value = new Map(parts.map(({ type, value: text }) => [type, Number(text)]));
    const [year = 0, month = 1, day = 1] = [value.get("year"), value.get("month"), value.get("day")];
    return Date.UTC(year, month - 1, day, value.get("hour"), value.get("minute"), value.get("second")) / 1000;
  }

  /** The smaller of the offsets in January and July. */
  #standardOffset(unix: number): number {
    const year = new Date(unix * 1000).getUTCFullYear();
    const known = this.#standardOffsets.get(year);
    if (known !== undefined) return known;
    const offsets = [0, 6].map((month) => Date.UTC(year, month, 1) / 1000).map((at) => this.#wall(at) - at);
    const offset = Math.min(...offsets);
    this.#standardOffsets.set(year, offset);
    return offset;
  }
}

function dateOf(wall: number): string {
  return new Date(wall * 1000).toISOString().slice(0, 10);
}

function secondsOf(offset: string): number {
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number);
  return (offset.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
}
