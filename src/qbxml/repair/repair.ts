import type { SourceElement } from "../lint/element-source.js";
import { mistakesInDocument } from "../lint/envelope-check.js";
import {
  lintSource,
  placeFindings,
  readOptions,
  readTree,
  scopeOf,
  type LintOptions,
  type LintSettings,
} from "../lint/lint.js";
import { readProlog } from "../lint/prolog.js";
import { repairCharacters } from "./repair-characters.js";
import { repairEscapes } from "./repair-escapes.js";
import { repairOrder } from "./repair-order.js";
import { repairProlog } from "./repair-prolog.js";
import { repairValues } from "./repair-values.js";
import type { FindingRule, LintFinding } from "../check/finding.js";
import type { Mistake } from "../check/mistake.js";
import { applyEdits, type SourceEdit } from "./source-edits.js";
import { SourceText, textOf } from "../lint/source-text.js";
import type { Position } from "../position.js";

/** One thing that was changed; line and column are those of the text before. */
export interface RepairChange extends Position {
  /** In words. */
  readonly what: string;
  readonly rule: FindingRule;
  readonly path?: string;
}

export interface Repaired {
  readonly text: string;
  readonly changes: readonly RepairChange[];
  /** What is still wrong, and where in the new text. */
  readonly remaining: readonly LintFinding[];
}

const MARK = "\uFEFF";
/** What sets without a version get: the first of these that has everything they use. */
const VERSIONS = ["13.0", "14.0", "15.0", "16.0"];

/**
 * Corrects what can be corrected without a doubt about what was meant: the order of elements, the prolog, escapes, the form of
 * values. Everything else stays as it is, byte for byte.
 */
export function repair(text: string, options: LintOptions = {}): Repaired {
  const repairing = new Repairing(new SourceText(text), readOptions(options));
  for (const stage of STAGES) repairing.apply(stage);
  return repairing.result(text.startsWith(MARK) ? MARK : "");
}

/** A document on its way, well-formed or not. */
interface Stage {
  readonly document: SourceText;
  readonly settings: LintSettings;
  /** Undefined for documents that are not well-formed. */
  readonly root: SourceElement | undefined;
}

type Step = (stage: Stage) => readonly SourceEdit[];

const STAGES: readonly Step[] = [escapes, prolog, values, order, characters];

function escapes({ document: { source }, root }: Stage): readonly SourceEdit[] {
  return root === undefined ? (repairEscapes(source, readProlog(source).end) ?? []) : [];
}

function prolog({ document: { source }, root, settings }: Stage): readonly SourceEdit[] {
  if (root === undefined) return [];
  const found = readProlog(source);
  const fits = (version: string): boolean => {
    const scope = { ...scopeOf(found, settings), version: Number(version) };
    return mistakesInDocument(root, scope).every(({ finding }) => finding.rule !== "tooNew");
  };
  return repairProlog(source, found, () => settings.version ?? VERSIONS.find(fits) ?? "16.0");
}

function values(stage: Stage): readonly SourceEdit[] {
  return repairValues(stage.document.source, mistakesOf(stage));
}

function order(stage: Stage): readonly SourceEdit[] {
  const mistakes = mistakesOf(stage);
  return stage.root === undefined ? [] : repairOrder(stage.document.source, stage.root, mistakes);
}

function characters({ document: { source }, root, settings }: Stage): readonly SourceEdit[] {
  const found = readProlog(source);
  return root === undefined || !found.ofRequests ? [] : repairCharacters(source, found.end, settings.page);
}

function mistakesOf({ document, settings, root }: Stage): readonly Mistake[] {
  return root === undefined ? [] : mistakesInDocument(root, scopeOf(readProlog(document.source), settings));
}

function rootOf(document: SourceText): SourceElement | undefined {
  const tree = readTree(document, readProlog(document.source));
  return "root" in tree ? tree.root : undefined;
}

class Repairing {
  readonly #original: SourceText;
  readonly #settings: LintSettings;
  readonly #changes: { readonly offset: number; readonly change: RepairChange }[] = [];
  #document: SourceText;
  #back = (offset: number): number => offset;

  constructor(document: SourceText, settings: LintSettings) {
    this.#original = document;
    this.#document = document;
    this.#settings = settings;
  }

  /** What leaves the document broken is not done. */
  apply(step: Step): void {
    const stage = this.#stage();
    const edits = step(stage);
    if (edits.length === 0) return;
    const { source, back } = applyEdits(this.#document.source, edits);
    const next = new SourceText(textOf(source));
    if (rootOf(next) === undefined) return;
    this.#tell(edits, stage);
    const before = this.#back;
    this.#back = (offset) => before(back(offset));
    this.#document = next;
  }

  result(mark: string): Repaired {
    const changes = this.#changes.toSorted((left, right) => left.offset - right.offset);
    return Object.freeze({
      text: mark + this.#document.text,
      changes: Object.freeze(changes.map(({ change }) => change)),
      remaining: Object.freeze(placeFindings(this.#document, lintSource(this.#document, this.#settings))),
    });
  }

  #stage(): Stage {
    const document = this.#document;
    return { document, settings: this.#settings, root: rootOf(document) };
  }

  #tell(edits: readonly SourceEdit[], stage: Stage): void {
    for (const { start, what, rule, path } of edits) {
      if (rule === "wrongOrder") continue;
      if (what !== undefined) this.#change(start, what, rule, path);
    }
    if (edits.some(({ rule }) => rule === "wrongOrder")) this.#tellMoves(stage, edits);
  }

  #tellMoves(stage: Stage, edits: readonly SourceEdit[]): void {
    for (const { finding, element } of mistakesOf(stage)) {
      const { start } = element as SourceElement;
      const moved = edits.some((edit) => edit.start <= start && start < edit.end);
      if (finding.rule === "wrongOrder" && moved)
        this.#change(start, (finding.repair ?? "").replace(/^move/, "moved"), finding.rule, finding.path);
    }
  }

  #change(at: number, what: string, rule: FindingRule, path: string | undefined): void {
    const offset = this.#back(at);
    const place = this.#original.positionOf(offset);
    const inside = path === undefined || path === "" ? {} : { path };
    this.#changes.push({ offset, change: Object.freeze({ ...place, what, rule, ...inside }) });
  }
}
