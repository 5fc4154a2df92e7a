import type { Check, QuickBooksSettings } from "qbconnector";
import { ScriptedProcessor } from "./scripted-processor.js";

/** What the processor is asked for a diagnosis. */
export interface Question {
  readonly settings: QuickBooksSettings;
  readonly signal: AbortSignal | undefined;
}

export const SEEN: readonly Check[] = [
  { name: "dialog", outcome: "warn", summary: 'the window "Backup" is open', fix: "Close it." },
];

/** A scripted processor that can look at what is behind it, as the test says. */
export class DiagnosingProcessor extends ScriptedProcessor {
  readonly questions: Question[] = [];
  look: (question: Question) => Promise<readonly Check[]> = async () => SEEN;

  diagnose(
    settings: QuickBooksSettings,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Check[]> {
    const question = { settings, signal };
    this.questions.push(question);
    return this.look(question);
  }
}
