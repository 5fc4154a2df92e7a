import { createServer, type AddressInfo, type Socket } from "node:net";
import { frames, replyFrame } from "./stub-frames.js";

/** A call that reached the stub of the request processor and passed its checks. */
export interface StubCall {
  /** `BeginSession`; numbers among the arguments come as text. */
  readonly method: string;
  readonly arguments: readonly string[];
  /** Which request processor object it was, by the order of their first calls. */
  readonly processor: number;
}

/** What QuickBooks does with a call; nothing given is success with an empty value. */
export interface StubReply {
  readonly value?: string;
  readonly hresult?: number;
  readonly description?: string;
  /** Instead of an answer: an access violation, `ExitProcess(3)`, or silence for as long as the script lives. */
  readonly action?: "crash" | "exit" | "sleep";
}

export type StubHandler = (call: StubCall) => StubReply | undefined | Promise<StubReply | undefined>;

export interface ScriptedQuickBooks {
  readonly port: number;
  /** Every call so far, in the order of their arrival. */
  readonly calls: readonly StubCall[];
  /** How many request processor objects are connected to it at this moment. */
  readonly connected: () => number;
  /** Changes what happens from now on. */
  script(handler: StubHandler): void;
}

const COMPANY_FILE = "C:\\Stub\\Company.qbw";

/**
 * Stands behind the stub until the test ends and says what each of its calls does. Processes started after this
 * find it by the variable `QBSTUB_PORT`. It answers from this thread's event loop, so no call may block this thread.
 */
export async function startScriptedQuickBooks(
  test: { after(work: () => unknown): unknown },
  handler: StubHandler = () => undefined,
): Promise<ScriptedQuickBooks> {
  let current = handler;
  let processors = 0;
  const calls: StubCall[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    void serve(socket, ++processors, async (call) => {
      calls.push(call);
      return (await current(call)) ?? {};
    });
  });
  const before = process.env["QBSTUB_PORT"];
  test.after(async () => {
    if (before === undefined) delete process.env["QBSTUB_PORT"];
    else process.env["QBSTUB_PORT"] = before;
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  process.env["QBSTUB_PORT"] = String(port);
  return { port, calls, connected: () => sockets.size, script: (next) => void (current = next) };
}

async function serve(
  socket: Socket,
  processor: number,
  answer: (call: StubCall) => Promise<StubReply>,
): Promise<void> {
  try {
    for await (const { method, texts } of frames(socket)) {
      const reply = await answer({ method, arguments: texts, processor });
      const value = method === "GetCurrentCompanyFileName" ? COMPANY_FILE : "";
      if (!socket.destroyed) socket.write(replyFrame({ value, ...reply }));
    }
  } catch {
    socket.destroy();
  }
}
