import { native, type NativeFunction } from "./native.js";

/** A window of the desktop that belongs to no other window's inside. */
export interface TopLevelWindow {
  readonly pid: number;
  readonly className: string;
  readonly title: string;
  readonly visible: boolean;
  /** Stands in front of another window of its program. */
  readonly owned: boolean;
}

type Handle = number | bigint;

interface WindowCalls {
  readonly enumerate: NativeFunction<number>;
  readonly threadAndProcess: NativeFunction<number>;
  readonly isVisible: NativeFunction<number>;
  readonly related: NativeFunction<Handle>;
  readonly className: NativeFunction<number>;
  readonly title: NativeFunction<number>;
}

const GW_OWNER = 4;
const DIALOG_CLASS = "#32770";
const LONGEST_TEXT = 512;

let known: WindowCalls | undefined;

/** Those of the desktop of this process's session. Their programs are not asked, so that one that hangs does not matter. */
export function listWindows(): readonly TopLevelWindow[] {
  const found: TopLevelWindow[] = [];
  const { enumerate } = calls();
  const each = native().callback(
    "int32_t __stdcall QbconnectorEachWindow(intptr_t window, intptr_t parameter)",
    (window: Handle) => {
      found.push(describe(window));
      return 1;
    },
  );
  try {
    enumerate(each.address, 0);
  } finally {
    each.release();
  }
  return found;
}

/** Whether the window is a dialog, as far as that shows from outside. */
export function isDialog({ visible, className, owned, title }: TopLevelWindow): boolean {
  return visible && (className === DIALOG_CLASS || (owned && title !== ""));
}

function describe(window: Handle): TopLevelWindow {
  const { threadAndProcess, isVisible, related, className, title } = calls();
  const pid: [number] = [0];
  threadAndProcess(window, pid);
  return {
    pid: pid[0],
    className: textOf(className, window),
    title: textOf(title, window),
    visible: isVisible(window) !== 0,
    owned: BigInt(related(window, GW_OWNER)) !== 0n,
  };
}

function textOf(read: NativeFunction<number>, window: Handle): string {
  const content = Buffer.alloc(LONGEST_TEXT * 2);
  const length = read(window, content, LONGEST_TEXT);
  return content.toString("utf16le", 0, length * 2);
}

function calls(): WindowCalls {
  if (known !== undefined) return known;
  const user = native().open("user32.dll");
  known = {
    enumerate: user.define("int32_t __stdcall EnumWindows(void *each, intptr_t parameter)"),
    threadAndProcess: user.define(
      "uint32_t __stdcall GetWindowThreadProcessId(intptr_t window, _Out_ uint32_t *pid)",
    ),
    isVisible: user.define("int32_t __stdcall IsWindowVisible(intptr_t window)"),
    related: user.define("intptr_t __stdcall GetWindow(intptr_t window, uint32_t relation)"),
    className: user.define("int32_t __stdcall GetClassNameW(intptr_t window, void *text, int32_t length)"),
    title: user.define("int32_t __stdcall GetWindowTextW(intptr_t window, void *text, int32_t length)"),
  };
  return known;
}
