import Table from 'cli-table3';

/**
 * What became of one thing that was tried.
 *
 * - held: everything that was acknowledged is there once, and every answer is the right one;
 * - told: it is not, or cannot be known, and the program says so in words;
 * - silent: an answer is wrong, or something is gone, and nothing is said;
 * - lost, doubled: an act that was acknowledged is not there, or is there twice, while the program served the ledger;
 * - hung: no answer within the deadline;
 * - wordless: it ended, or refused, but with a fault of the program where words should be.
 */
export const OUTCOMES = ['held', 'told', 'silent', 'lost', 'doubled', 'hung', 'wordless'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What must never be. */
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

/** Counts what was tried, by kind, and keeps what must not be, with the seed that shows it again. */
export class Tally {
  readonly #rows = new Map<string, Map<Outcome, number>>();
  readonly #findings: Finding[] = [];
  /** Kinds whose silence is known: nothing that the program has could tell it. */
  readonly #beyondTelling = new Set<string>();
  readonly #remarks = new Map<string, string>();

  /** Counts it, and says whether it must not be. */
  note(kind: string, seed: number, outcome: Outcome, words = ''): boolean {
    const row = this.#rows.get(kind) ?? new Map<Outcome, number>();
    this.#rows.set(kind, row);
    row.set(outcome, (row.get(outcome) ?? 0) + 1);
    const isKnown = outcome === 'silent' && this.#beyondTelling.has(kind);
    const isWrong = outcome !== 'held' && outcome !== 'told' && !isKnown;
    if (isWrong) this.#findings.push({ kind, seed, outcome, words });
    return isWrong;
  }

  /** Silence of this kind is counted and shown, and is no goal that is missed. */
  cannotBeTold(kind: string): void {
    this.#beyondTelling.add(kind);
    this.remark(kind, 'cannot be told');
  }

  /** What is to be known of a kind beside its numbers, such as what it went without. A kind that was left out has a row too. */
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
