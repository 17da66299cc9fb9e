import Table from 'cli-table3';

/**
 * The outcome of one case.
 *
 * - held: every acknowledged act is there once, and every answer is right;
 * - told: something is wrong or unknown, and the program says so in words;
 * - silent: an answer is wrong, or something is missing, and the program says nothing;
 * - lost, doubled: an acknowledged act is missing, or is there twice, while the program serves the ledger;
 * - hung: no answer within the deadline;
 * - wordless: the program ended or refused with a fault of its own instead of words.
 */
export const OUTCOMES = ['held', 'told', 'silent', 'lost', 'doubled', 'hung', 'wordless'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The outcomes that must never happen. */
const GOALS: readonly (readonly [outcome: Outcome, words: string])[] = [
  ['lost', 'lost'],
  ['doubled', 'doubled'],
  ['silent', 'silent wrong answers'],
  ['hung', 'hangs'],
  ['wordless', 'faults in place of words'],
];

export interface Finding {
  readonly kind: string;
  readonly seed: number;
  readonly outcome: Outcome;
  readonly words: string;
}

/** Counts outcomes by kind, and keeps the forbidden ones with the seed that shows them again. */
export class Tally {
  readonly #rows = new Map<string, Map<Outcome, number>>();
  readonly #findings: Finding[] = [];
  /** Kinds that are silent by nature, because the program has nothing that could show the damage. */
  readonly #beyondTelling = new Set<string>();
  readonly #remarks = new Map<string, string>();

  /** Counts an outcome. Returns whether it is forbidden. */
  note(kind: string, seed: number, outcome: Outcome, words = ''): boolean {
    const row = this.#rows.get(kind) ?? new Map<Outcome, number>();
    this.#rows.set(kind, row);
    row.set(outcome, (row.get(outcome) ?? 0) + 1);
    const isKnown = outcome === 'silent' && this.#beyondTelling.has(kind);
    const isWrong = outcome !== 'held' && outcome !== 'told' && !isKnown;
    if (isWrong) this.#findings.push({ kind, seed, outcome, words });
    return isWrong;
  }

  /** Silence of this kind is counted and shown, but is not a failure. */
  cannotBeTold(kind: string): void {
    this.#beyondTelling.add(kind);
    this.remark(kind, 'cannot be told');
  }

  /** Adds a remark about a kind, such as a missing tool. A kind that was left out also gets a row. */
  remark(kind: string, words: string): void {
    this.#remarks.set(kind, words);
    if (!this.#rows.has(kind)) this.#rows.set(kind, new Map());
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  count(kind: string, outcome: Outcome): number {
    return this.#rows.get(kind)?.get(outcome) ?? 0;
  }

  tried(kind: string): number {
    return [...(this.#rows.get(kind)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  }

  table(): string {
    const table = new Table({
      head: ['kind', 'tried', ...OUTCOMES],
      colAligns: ['left', ...['tried', ...OUTCOMES].map(() => 'right' as const)],
      style: { head: [], border: [] },
    });
    for (const [kind, row] of this.#rows) {
      const remark = this.#remarks.get(kind);
      table.push([
        remark === undefined ? kind : `${kind} (${remark})`,
        this.tried(kind),
        ...OUTCOMES.map((outcome) => row.get(outcome) ?? 0),
      ]);
    }
    return table.toString();
  }

  goals(): string {
    const missed = (outcome: Outcome) => this.#findings.filter((each) => each.outcome === outcome).length;
    return GOALS.map(([outcome, words]) => `${missed(outcome)} ${words}`).join(', ');
  }

  get reached(): boolean {
    return this.#findings.length === 0;
  }
}
