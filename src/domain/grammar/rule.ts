/** A rule that can refuse a request. Each stands in a table of its subject; src/domain/rules.ts puts them together. */
export interface Rule {
  readonly status: number;
  readonly title: string;
  /** What the rule is and where it comes from. */
  readonly why: string;
  /** What to do about it. Questions and acts stand in braces, `{funds}`: each face says where they are. */
  readonly remedy: string;
}

/** Writes a rule in one line: status, title, why, and what to do. */
export const rule = (status: number, title: string, why: string, remedy: string): Rule => ({
  status,
  title,
  why,
  remedy,
});
