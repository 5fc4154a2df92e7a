import { hresults, type HresultMeaning } from "./hresult-meaning.js";

const SEND_AGAIN = "Wait a few seconds and send it again; close dialogs that are open in QuickBooks.";
const START_AGAIN =
  "Start QuickBooks again and open a new session; look up whether a write happened before sending it again.";
const OPEN_AGAIN =
  "Start QuickBooks again when it is not running, and send it again: nothing of it was done.";
const START_ALIKE =
  "Start QuickBooks in the same Windows session and with the same elevation as the connector: both as administrator, or neither.";
const INSTALL =
  "Install QuickBooks, or repair it with its set-up program. QuickBooks up to 2021 is 32-bit: a 64-bit Node.js needs a 32-bit one beside it for that, the option node32. `qbconnector doctor` says what is registered.";
const REPAIR = "Repair QuickBooks with its set-up program: it registers its request processor again.";
const DEFECT = "This is a defect of the program that calls the request processor, not of QuickBooks.";
const LOOK_UP =
  "Look up whether a write happened before sending it again; see the connector's log and qbsdklog.txt of QuickBooks.";
const LESS_MEMORY =
  "Close other programs on the connector's machine, or ask for less at once. Look up whether a write happened.";

/**
 * The failures of COM and Windows that stand between a caller and QuickBooks, by what has to be done about them. Codes and
 * their meaning are Windows'; whether a write may have been applied follows from where each of them can arise.
 */
export const WINDOWS_HRESULTS: readonly (readonly [number, HresultMeaning])[] = [
  // The request processor asks QuickBooks several times during one call of ours, so that a refusal can come after the work.
  ...hresults({ code: "QB_QUICKBOOKS_BUSY", who: "quickbooksUser", retry: "wait", writeOutcome: "unknown" }, [
    [0x80010001, "QuickBooks is busy and rejected the call", SEND_AGAIN],
    [0x8001010a, "QuickBooks is busy and asks to try later", SEND_AGAIN],
    [0x8001010b, "QuickBooks is busy and takes no calls at the moment", SEND_AGAIN],
    [0x800706bb, "QuickBooks has too many calls at the moment", SEND_AGAIN],
  ]),
  ...hresults({ code: "QB_SESSION_LOST", who: "operator", retry: "reconnect", writeOutcome: "unknown" }, [
    [0x80010012, "QuickBooks ended before it took the call", OPEN_AGAIN],
    [0x800706bf, "QuickBooks went away before it took the call", OPEN_AGAIN],
    [0x80010007, "QuickBooks ended during the call", START_AGAIN],
    [0x80010108, "QuickBooks went away", START_AGAIN],
    [0x800706be, "QuickBooks went away during the call", START_AGAIN],
  ]),
  ...hresults(
    { code: "QB_QUICKBOOKS_UNREACHABLE", who: "operator", retry: "reconnect", writeOutcome: "unknown" },
    [[0x800706ba, "QuickBooks is not there any more", START_AGAIN]],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_UNREACHABLE", who: "operator", retry: "fix", writeOutcome: "not_applied" },
    [
      [0x800702e4, "QuickBooks runs elevated, as administrator, and the caller does not", START_ALIKE],
      [0x80080005, "Windows could not start QuickBooks for the caller", START_ALIKE],
      [0x80004015, "the request processor belongs to another Windows user than the caller", START_ALIKE],
      [
        0x8000401a,
        "Windows cannot log on the account under which the request processor is set up to run",
        "Log on to Windows as the user of QuickBooks and keep that session open; in dcomcnfg the identity of the request processor is the interactive or launching user.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "reconnect", writeOutcome: "unknown" },
    [
      [0x80010105, "QuickBooks faulted during the call", START_AGAIN],
      [0x800703e6, "the request processor faulted: an access to memory that is not its own", START_AGAIN],
      [0x80010100, "Windows could not carry the call to QuickBooks", START_AGAIN],
      [0x8001011f, "the call to QuickBooks took longer than Windows waits", START_AGAIN],
      [0x8000ffff, "an unexpected failure inside the request processor", START_AGAIN],
    ],
  ),
  ...hresults({ code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "no", writeOutcome: "unknown" }, [
    [0x80004005, "the request processor failed and says no more", LOOK_UP],
    [0x80020009, "the request processor raised an error of its own", LOOK_UP],
    [0x80004004, "the call was broken off", LOOK_UP],
    [0x80010002, "the call was cancelled while it waited for QuickBooks", LOOK_UP],
  ]),
  ...hresults({ code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "fix", writeOutcome: "unknown" }, [
    [0x8007000e, "Windows has no memory left for the call", LESS_MEMORY],
    [0x80070008, "Windows has no resources left for the call", LESS_MEMORY],
  ]),
  // Of these nobody can tell who says them: Windows before the call, or something that QuickBooks used in the middle of it.
  ...hresults({ code: "QB_QUICKBOOKS_UNREACHABLE", who: "operator", retry: "fix", writeOutcome: "unknown" }, [
    [0x80070005, "Windows denied the access to QuickBooks", START_ALIKE],
  ]),
  ...hresults({ code: "QB_INSTALLATION", who: "operator", retry: "fix", writeOutcome: "unknown" }, [
    [0x80070002, "the file of the request processor was not found", REPAIR],
    [0x80004002, "the request processor does not have the interface that was asked for", REPAIR],
  ]),
  ...hresults({ code: "QB_PROCESSOR_MISUSED", who: "developer", retry: "no", writeOutcome: "unknown" }, [
    [0x80020005, "an argument of the call has the wrong type", DEFECT],
    [0x80070057, "an argument of the call is not valid", DEFECT],
  ]),
  ...hresults({ code: "QB_INSTALLATION", who: "operator", retry: "fix", writeOutcome: "not_applied" }, [
    [0x80040154, "the request processor is not registered for programs of this bitness", INSTALL],
    [0x80040152, "the registration of the request processor is incomplete", INSTALL],
    [0x800401f3, "the name of the request processor is not registered", INSTALL],
    [0x80040111, "the library of the request processor does not have the class that is registered", REPAIR],
    [0x80040155, "the interface of the request processor is not registered", REPAIR],
    [0x800401f8, "the library of the request processor was not found", REPAIR],
    [0x8007007e, "a library that the request processor needs was not found", REPAIR],
    [0x8007045a, "the library of the request processor could not start", REPAIR],
    [
      0x800700c1,
      "the library of the request processor has another bitness than the program",
      "Run the connector with a Node.js of the bitness of QuickBooks (32-bit up to 2021, 64-bit from 2022 on), or name a 32-bit node.exe as node32.",
    ],
    [
      0x800736b1,
      "the run-time libraries of Visual C++ that the request processor needs are missing",
      "Repair QuickBooks with its set-up program, or install the Visual C++ redistributable that it names.",
    ],
    [0x80029c4a, "the type library of the request processor could not be loaded", REPAIR],
    [0x8002801d, "the type library of the request processor is not registered", REPAIR],
    [0x80020003, "the request processor does not have this method or property", REPAIR],
    [
      0x80020006,
      "the request processor does not know a method by this name",
      "It is older than what was asked for: update QuickBooks on the connector's machine.",
    ],
  ]),
  ...hresults({ code: "QB_PROCESSOR_MISUSED", who: "developer", retry: "no", writeOutcome: "not_applied" }, [
    [0x8001010e, "the request processor was called from another thread than its own", DEFECT],
    [0x80010106, "the thread was set up for another kind of COM before", DEFECT],
    [0x800401f0, "COM was not set up on this thread", DEFECT],
    [0x8002000e, "the call has the wrong number of arguments", DEFECT],
    [0x80004001, "the request processor does not implement this call", DEFECT],
  ]),
];
