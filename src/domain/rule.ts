/** A rule that can refuse a request. `RULES` in rules.ts lists them all, in their order. */
export interface Rule {
  readonly status: number;
  readonly title: string;
  /** What the rule is and where it comes from. */
  readonly why: string;
  /** What to do about it. */
  readonly remedy: string;
}

export const rule = (status: number, title: string, why: string, remedy: string): Rule => ({
  status,
  title,
  why,
  remedy,
});
