import type { HostSettings } from "../host-protocol.js";
import { callIfKnown } from "./optional-call.js";
import type { AuthPreferencesObject } from "./request-processor-object.js";

type Preference = readonly [setting: string, put: (preferences: AuthPreferencesObject) => void];

/** What the settings have to say to QuickBooks before the session begins. */
export function wantedPreferences(settings: HostSettings): readonly Preference[] {
  const { authFlags, readOnly, unattendedMode, personalData } = settings;
  const wanted: Preference[] = [];
  if (authFlags !== undefined) wanted.push(["authFlags", (them) => them.putAuthFlags(authFlags)]);
  if (readOnly) wanted.push(["readOnly", (them) => them.putIsReadOnly()]);
  if (unattendedMode !== undefined)
    wanted.push(["unattendedMode", (them) => them.putUnattendedMode(unattendedMode)]);
  if (personalData !== undefined) wanted.push(["personalData", (them) => them.putPersonalData(personalData)]);
  return wanted;
}

/** What QuickBooks does not know becomes a note. */
export function putPreferences(
  preferences: AuthPreferencesObject,
  wanted: readonly Preference[],
  notes: string[],
): void {
  for (const [setting, put] of wanted)
    callIfKnown(notes, `it goes on without ${setting}`, () => put(preferences));
}
