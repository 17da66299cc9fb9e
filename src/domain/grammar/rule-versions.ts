/**
 * The versions of the rules. Every act is judged by the rules of the day on which it was recorded: its event gives the
 * version (`rules` in its metadata; 1 if absent), and `verify` decides it again by that version. So a new rule never
 * makes an old ledger wrong.
 *
 * A change of the rules (a refusal that is new, a state that evolves otherwise, a recorded figure with another formula)
 * gets a name and a line in this table, and holds where {@link inForce} says so. All changes of one release share a
 * version.
 */
interface Change {
  /** The first version of the rules in which it holds. */
  readonly from: number;
  /** What changed and why, in a sentence. */
  readonly why: string;
}

/** Every change since version 1, by its name: the code of the refusal, where it is one. A line is never taken out. */
export const RULE_CHANGES = {
  own_mandate: {
    from: 2,
    why: 'Nobody proposes or signs a mandate of their own: an officer could raise their own limit with one other signature.',
  },
  late_is_void: {
    from: 3,
    why: 'An act is void where it was recorded more than 60 seconds behind what stands: services that share a ledger may record a little out of order, and nothing is added to what was known long ago.',
  },
  rests_are_complete: {
    from: 3,
    why: 'An event names every other stream that its decision looked at, and no more: verification looks again and compares.',
  },
  all_mandates_end: {
    from: 3,
    why: 'The end of a mandate ends every mandate of that officer, body and role that is in force on the day: where two overlapped, one went on.',
  },
  keeper_officer: {
    from: 3,
    why: 'No officer of the ledger’s keeper is among the first officers of another body: the keeper could act for both sides.',
  },
  predecessor_signs: {
    from: 4,
    why: 'A succession ends one body, an officer of which signs while it has officers, to its last day; else a body of the sector that the keeper is not of. One that is taken back is signed by those who followed. The keeper could do both by its own officers alone.',
  },
  keeper_alone: {
    from: 4,
    why: 'Of the two who sign a succession, or that one is taken back, one at most has, had or will have a mandate for the keeper of the ledger: whoever acts for both bodies could sign what a colleague proposes.',
  },
  keeper_followed: {
    from: 4,
    why: 'No officer of a body that followed the keeper of the ledger is among the first officers of another body: who keeps the ledger now was not asked about.',
  },
  officer_reserved: {
    from: 4,
    why: 'No officer goes by the name under which the service itself records: what the service did could not be told from what a person did.',
  },
  ring_fenced: {
    from: 4,
    why: 'A variance that is shared leaves out what is left of ring-fenced grants, and no share is in proportion to them: an underspend of money that a district was owed went to others, and who held such a grant bore the more.',
  },
  in_the_future: {
    from: 4,
    why: 'Money that came or went, spending, what was measured and a gap that was stated are dated today at the latest: a receipt of 2098 counted in no year that anybody looked at.',
  },
  offers_expire: {
    from: 4,
    why: 'A proposal is off the table from the day after its last day, whether or not its lapse was recorded: an offer that nobody could sign any more counted as soft money until a service was started.',
  },
  recorded_already: {
    from: 4,
    why: 'The same receipt, tranche or invoice (item, day, sum and reference) is recorded once, unless it is marked as one more and says why: it counted twice.',
  },
  signs_in_person: {
    from: 5,
    why: 'A plan is signed off by who holds the office: as the chief executive the chief executive, and for the health and wellbeing board an officer whom it mandates. A chief finance officer signed for all of them.',
  },
  called_the_same: {
    from: 5,
    why: 'In the published rules of a year no code is called what another code of its list is: who wrote the name of the one was taken to mean the other, or neither.',
  },
} as const satisfies Readonly<Record<string, Change>>;

export type RuleChange = keyof typeof RULE_CHANGES;

/** The version of the rules by which this program decides what is new. */
export const RULES_NOW: number = Math.max(...Object.values(RULE_CHANGES).map(({ from }) => from));

/** Whether a change of the rules holds in a version of them. */
export const inForce = (change: RuleChange, { rules }: { readonly rules: number }): boolean =>
  rules >= RULE_CHANGES[change].from;

/** The version of the rules by which an event was decided, from its metadata. */
export const rulesOf = ({ rules = 1 }: { readonly rules?: number }): number => rules;
