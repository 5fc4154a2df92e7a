import { QBError, type Outcome } from "../../errors.js";
import { formatHresult, fromHresult } from "../../hresult.js";
import type { HostFailure, HostReply } from "./host-protocol.js";

const LOOK_UP = "Look up whether the write happened before sending it again.";

type HostError = Extract<HostReply, { readonly error: unknown }>["error"];

/** A call of the request processor failed; `details.step` names the call. */
export function callFailed({ step, hresult, description }: HostFailure): QBError {
  const error = fromHresult(hresult, description === "" ? {} : { description });
  return new QBError(error.code, error.message, {
    outcome: error.outcome,
    retryable: error.retryable,
    hresult: formatHresult(hresult),
    who: error.who,
    advice: error.advice,
    details: { ...error.details, step },
  });
}

/** The host could not do it itself: no koffi, or a defect. */
export function hostRefused({ message, advice }: HostError): QBError {
  return advice === undefined
    ? new QBError("QB_INTERNAL", `the host of the request processor failed: ${message}`)
    : new QBError("QB_PLATFORM", message, { advice });
}

/** @param how As its link tells it: `exit code 3`. */
export function hostEnded(how: string, outcome: Outcome): QBError {
  const isDoubtful = outcome === "unknown";
  return new QBError(
    "QB_QUICKBOOKS_FAILED",
    `the process that talks to QuickBooks ended by itself (${how})`,
    {
      outcome,
      retryable: !isDoubtful,
      advice: isDoubtful ? LOOK_UP : "Send it again; if it happens again, see the log and repair QuickBooks.",
      details: { ended: how },
    },
  );
}

/** Node's code for an option that it does not know; then it runs nothing. */
const OPTION_REFUSED = "exit code 9";

/** It ended before it could take a command. */
export function hostNotReady(how: string): QBError {
  if (how !== OPTION_REFUSED) return hostEnded(how, "not_applied");
  return new QBError(
    "QB_QUICKBOOKS_FAILED",
    `the process that talks to QuickBooks ended by itself (${how}): its Node did not take an option, which may stand in NODE_OPTIONS`,
    {
      outcome: "not_applied",
      advice:
        "Take out of the environment variable NODE_OPTIONS of this program what the host's Node does not know.",
      details: { ended: how },
    },
  );
}

/** Windows refused to start it. */
export function hostNotStarted(execPath: string, cause: unknown): QBError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new QBError(
    "QB_INSTALLATION",
    `the process that talks to QuickBooks could not be started: ${why} (${execPath})`,
    {
      advice: `See that Windows lets the account of this program start ${execPath}: policies, virus scanner, and whether it is a node.exe.`,
      cause,
    },
  );
}

/** What a session says that has no QuickBooks behind it any more. Nothing was sent. */
export function noSession(why: string): QBError {
  return fromHresult(0x8004040c, { description: why });
}
