/** How long EndSession and CloseConnection may take before what makes them is ended with them. */
export const CLOSE_MS = 10_000;
/** How long something that has nothing to do any more may take to end by itself. */
export const END_MS = 2_000;
/** How long something that was ended is waited for; a thread that hangs inside a call does not end before the call does. */
export const KILL_MS = 2_000;
/** How long the slowest end may take: of a session with its host, then of hosts that were kept without one. */
export const SLOWEST_END_MS = CLOSE_MS + 2 * (END_MS + KILL_MS);
/** How long a request processor may take to let go of what it keeps: an orderly end, as slow as it may be, is no failure. */
export const RELEASE_MS = SLOWEST_END_MS + 1_000;
