import { hresults, type HresultMeaning } from "./hresult-meaning.js";

const INTEGRATED_APPLICATIONS = "Edit > Preferences > Integrated Applications > Company Preferences";
const LOG_IN_AS_ADMIN =
  "Log in to the company file as its QuickBooks administrator, in single-user mode (File > Switch to Single-user Mode)";
const UPDATE =
  "Update or repair QuickBooks on the connector's machine: Help > Update QuickBooks, or its set-up program.";
const WAIT_AND_LOOK =
  "Send it again in a few seconds; if it stays so, restart QuickBooks and look into its qbsdklog.txt.";
const LOOK_UP = "Look up whether a write happened before sending it again.";
const DEFECT = "This is a defect of the program that calls the request processor, not of QuickBooks.";
const CERTIFICATE =
  "Install the program that calls QuickBooks again, from its maker, with a valid signature (for the connector it is Node.js, from nodejs.org), and authorize it again in QuickBooks.";
const EDITION =
  "Leave AuthFlags out, or add the edition that is installed: 1 Simple Start, 2 Pro, 4 Premier, 8 Enterprise.";

/**
 * The failures of QuickBooks' own request processor: the string table of its 13.0 library, and one row of 2017.
 * By what has to be done about them.
 */
export const QUICKBOOKS_HRESULTS: readonly (readonly [number, HresultMeaning])[] = [
  ...hresults({ code: "QB_REQUEST_REFUSED", who: "developer", retry: "no", writeOutcome: "not_applied" }, [
    [
      0x80040400,
      "QuickBooks could not parse the request: not well-formed, or an element, its place or its value does not fit the declared qbXML version",
    ],
    [
      0x80040413,
      'onError="rollbackOnError" is not supported by QuickBooks',
      "Write stopOnError or continueOnError; QuickBooks undoes nothing by itself.",
    ],
  ]),
  ...hresults(
    { code: "QB_VERSION_UNSUPPORTED", who: "developer", retry: "no", writeOutcome: "not_applied" },
    [
      [0x80040423, "QuickBooks does not support this qbXML version"],
      [0x80040428, "the installed request processor does not support this qbXML version"],
    ],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_UNREACHABLE", who: "operator", retry: "reconnect", writeOutcome: "unknown" },
    [
      [
        0x80040401,
        "QuickBooks could not be reached",
        "See that QuickBooks runs in the same Windows session as the connector and answers; if not, restart it.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_UNREACHABLE", who: "operator", retry: "fix", writeOutcome: "not_applied" },
    [
      [
        0x80040408,
        "QuickBooks could not be started; start it in the same Windows session and with the same elevation",
        "Start QuickBooks in the Windows session of the connector; both as administrator or neither, and the connector not as a service.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_UNREACHABLE", who: "quickbooksUser", retry: "user", writeOutcome: "not_applied" },
    [
      [
        0x80040438,
        "several instances of QuickBooks are running",
        "Close all windows of QuickBooks but one; the Task Manager shows those of other users of this machine.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "reconnect", writeOutcome: "unknown" },
    [
      [0x80040402, "an unexpected failure inside QuickBooks; its qbsdklog.txt may say more", WAIT_AND_LOOK],
      [
        0x8004041c,
        "an internal error of QuickBooks while it opened the company file",
        "Open the file in QuickBooks by hand; if that fails too: File > Utilities > Verify Data, then Rebuild Data.",
      ],
    ],
  ),
  ...hresults({ code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "user", writeOutcome: "unknown" }, [
    [
      0x80040421,
      "QuickBooks passed on an error of its own",
      `Do what QuickBooks' own words in the message say. ${LOOK_UP}`,
    ],
  ]),
  ...hresults({ code: "QB_QUICKBOOKS_FAILED", who: "developer", retry: "fix", writeOutcome: "unknown" }, [
    [
      0x8004040e,
      "out of memory; send smaller message sets",
      `Ask for less at once: fewer requests in a set, MaxReturned with an iterator, a shorter period. ${LOOK_UP}`,
    ],
  ]),
  ...hresults({ code: "QB_QUICKBOOKS_FAILED", who: "operator", retry: "no", writeOutcome: "not_applied" }, [
    [
      0x8004042a,
      "the call is not allowed from a remote system",
      "Run the connector on the machine where QuickBooks runs.",
    ],
    [0x8004042b, "the call is not available in this QuickBooks", UPDATE],
  ]),
  ...hresults({ code: "QB_SESSION_LOST", who: "operator", retry: "reconnect", writeOutcome: "unknown" }, [
    [
      0x8004040b,
      "the name of the open company file could not be read",
      `Open the company file in QuickBooks again. ${LOOK_UP}`,
    ],
  ]),
  ...hresults(
    { code: "QB_SESSION_LOST", who: "developer", retry: "reconnect", writeOutcome: "not_applied" },
    [
      [
        0x8004040c,
        "there is no session with QuickBooks",
        "Open the session again; nothing of the message set was done.",
      ],
    ],
  ),
  ...hresults({ code: "QB_SESSION_LOST", who: "developer", retry: "reconnect", writeOutcome: "unknown" }, [
    [0x8004040d, "the session ticket is not valid any more; QuickBooks was restarted or dropped the session"],
  ]),
  ...hresults(
    { code: "QB_QUICKBOOKS_BUSY", who: "quickbooksUser", retry: "wait", writeOutcome: "not_applied" },
    [
      [
        0x80040414,
        "a dialog is open in QuickBooks",
        "Answer or close every open dialog in QuickBooks, those behind its main window and those of the login included.",
      ],
      [
        0x8004041b,
        "QuickBooks' authorization data is locked",
        `Close the preferences (${INTEGRATED_APPLICATIONS}) where they are open in QuickBooks, and wait for other applications that begin a session.`,
      ],
      [
        0x80040424,
        "QuickBooks is still starting",
        "Wait until QuickBooks shows its main window; a start can take a minute. Complete its login when it asks.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_COMPANY_FILE", who: "quickbooksUser", retry: "wait", writeOutcome: "not_applied" },
    [
      [
        0x80040422,
        "single-user access was asked for, but another application shares the company file",
        "Close the other applications and users of the file, or ask for ConnectionMode=DontCare or MultiUser.",
      ],
    ],
  ),
  ...hresults(
    { code: "QB_COMPANY_FILE", who: "quickbooksUser", retry: "user", writeOutcome: "not_applied" },
    [
      [
        0x80040403,
        "the company file could not be opened",
        "Check the full path in CompanyFile, then open that file in QuickBooks by hand: it may be missing, in use, damaged or waiting for an update.",
      ],
      [
        0x80040409,
        "this QuickBooks cannot use this company file",
        "Open the file in the QuickBooks edition, country and year that it belongs to, and let it be updated there.",
      ],
      [
        0x8004040a,
        "another company file is open in QuickBooks",
        "In QuickBooks: File > Close Company, then open the wanted file; or leave CompanyFile empty to work with the open one.",
      ],
      [
        0x80040410,
        "the company file is open in another mode than the one asked for",
        "Change it in QuickBooks (File > Switch to Multi-user Mode or Single-user Mode), or ask for ConnectionMode=DontCare.",
      ],
      [
        0x8004042d,
        "the company file was never fully opened; complete the login in QuickBooks",
        "Complete the login that QuickBooks shows, until the company's home page is there, and send it again.",
      ],
      [
        0x80040437,
        "that QuickBooks user is logged in elsewhere",
        "Log that user out on the other machine, or give the connector a QuickBooks user of its own: Company > Set Up Users and Passwords.",
      ],
      [
        0x80040439,
        "a company file with Shared Books is open read-only",
        "Open the company file for writing in QuickBooks, or end the sharing of the books with the accountant.",
      ],
    ],
  ),
  ...hresults({ code: "QB_COMPANY_FILE", who: "quickbooksUser", retry: "fix", writeOutcome: "not_applied" }, [
    [
      0x80040416,
      "QuickBooks is not running and no company file was named",
      "Start QuickBooks and open the company file, or name its full path as CompanyFile.",
    ],
    [
      0x80040417,
      "no company file is open and none was named",
      "Open the company file in QuickBooks (File > Open or Restore Company), or name its full path as CompanyFile.",
    ],
  ]),
  ...hresults({ code: "QB_COMPANY_FILE", who: "operator", retry: "no", writeOutcome: "not_applied" }, [
    [
      0x80040406,
      "the version of the company file is unknown, or it belongs to a newer QuickBooks",
      "Install the QuickBooks year that last opened this company file, or name another file.",
    ],
    [
      0x80040436,
      "multi-user access was asked for, which Simple Start does not have",
      "Ask for ConnectionMode=DontCare or SingleUser.",
    ],
  ]),
  ...hresults(
    {
      code: "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      who: "quickbooksAdministrator",
      retry: "user",
      writeOutcome: "not_applied",
    },
    [
      [
        0x80040418,
        "the application was never authorized for this company file",
        `${LOG_IN_AS_ADMIN}, let the connector send a request, and answer the dialog that asks about the application with Yes, always.`,
      ],
      [
        0x8004041a,
        "the application has no permission for this company file",
        `${LOG_IN_AS_ADMIN}; in ${INTEGRATED_APPLICATIONS} tick "Allow Access" beside the application.`,
      ],
      [
        0x8004041d,
        "automatic login is not allowed for this application",
        `${LOG_IN_AS_ADMIN}; in ${INTEGRATED_APPLICATIONS} choose the application, Properties, and tick "Allow this application to login automatically"; or keep the file open in QuickBooks.`,
      ],
      [
        0x80040430,
        "automatic login failed; take the permission away, save, and grant it again",
        `${LOG_IN_AS_ADMIN}; in ${INTEGRATED_APPLICATIONS}, Properties of the application, untick automatic login, press OK, then tick it again and choose the user.`,
      ],
      [
        0x80040435,
        "the configuration changed; automatic login must be authorized again",
        `${LOG_IN_AS_ADMIN}; in ${INTEGRATED_APPLICATIONS}, Properties of the application, grant automatic login again.`,
      ],
      [
        0x80040440,
        "the company file has no complex password, so sensitive data is withheld",
        "Give the administrator and the connector's user complex passwords: Company > Set Up Users and Passwords > Change Your Password.",
      ],
    ],
  ),
  ...hresults(
    {
      code: "QB_NOT_AUTHORIZED_IN_QUICKBOOKS",
      who: "quickbooksUser",
      retry: "user",
      writeOutcome: "not_applied",
    },
    [
      [
        0x80040420,
        "the QuickBooks user denied the application access",
        `Send it again and answer QuickBooks' question with Yes. If QuickBooks does not ask any more, its administrator allows the application in ${INTEGRATED_APPLICATIONS}.`,
      ],
    ],
  ),
  ...hresults(
    { code: "QB_NOT_AUTHORIZED_IN_QUICKBOOKS", who: "operator", retry: "no", writeOutcome: "not_applied" },
    [
      [0x80040419, "the application's certificate is not valid", CERTIFICATE],
      [0x8004042c, "the application's certificate was revoked", CERTIFICATE],
    ],
  ),
  ...hresults(
    { code: "QB_NOT_AUTHORIZED_IN_QUICKBOOKS", who: "operator", retry: "user", writeOutcome: "not_applied" },
    [[0x8004041e, "the application's certificate has expired", CERTIFICATE]],
  ),
  ...hresults({ code: "QB_INSTALLATION", who: "operator", retry: "no", writeOutcome: "not_applied" }, [
    [0x80040404, "this version of QuickBooks does not speak qbXML", UPDATE],
    [0x80040405, "the qbXML components are missing", UPDATE],
    [0x80040407, "the installation of QuickBooks is incomplete", UPDATE],
    [
      0x8004041f,
      "this edition of QuickBooks accepts no qbXML",
      "Install QuickBooks Pro, Premier or Enterprise on the connector's machine.",
    ],
    [
      0x80040426,
      "script hosts may not call the request processor",
      "Let the connector run in node.exe, not in a script host of Windows.",
    ],
  ]),
  ...hresults(
    { code: "QB_INSTALLATION", who: "quickbooksUser", retry: "user", writeOutcome: "not_applied" },
    [
      [
        0x80040427,
        "QuickBooks must be registered first",
        "Register and activate QuickBooks in its Help menu, and send it again.",
      ],
    ],
  ),
  ...hresults({ code: "QB_INVALID_ARGUMENT", who: "developer", retry: "no", writeOutcome: "not_applied" }, [
    [
      0x80040415,
      "the application name is missing",
      "Name the application: ApplicationName in the connection string.",
    ],
  ]),
  ...hresults({ code: "QB_INVALID_ARGUMENT", who: "operator", retry: "fix", writeOutcome: "not_applied" }, [
    [0x80040431, "the auth flags exclude Simple Start", EDITION],
    [0x80040432, "the auth flags exclude Pro", EDITION],
    [0x80040433, "the auth flags exclude Premier", EDITION],
    [0x80040434, "the auth flags exclude Enterprise", EDITION],
  ]),
  ...hresults({ code: "QB_PROCESSOR_MISUSED", who: "developer", retry: "no", writeOutcome: "not_applied" }, [
    [0x8004040f, "OpenConnection was not called", DEFECT],
    [0x80040411, "a session is already open on this connection", DEFECT],
    [0x80040412, "OpenConnection was called twice", DEFECT],
    [0x80040425, "a parameter of the call is not valid", DEFECT],
    [0x80040429, "the message set was sent through the wrong method", DEFECT],
    [0x8004042e, "the call is not allowed inside a session", DEFECT],
    [0x8004042f, "the connection type is not known", DEFECT],
  ]),
];
