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
    why: 'Nobody proposes or signs a mandate of their own. Before, an officer could raise their own limit if one other officer signed.',
  },
  late_is_void: {
    from: 3,
    why: 'An act is void if it is recorded more than 60 seconds behind what stands. Services that share a ledger may record a little out of order; before, somebody could add an act to what was known long ago.',
  },
  rests_are_complete: {
    from: 3,
    why: 'An event names every other stream that its decision looked at, and only those. Verification looks again and compares.',
  },
  all_mandates_end: {
    from: 3,
    why: 'The end of a mandate ends every mandate of that officer, body and role that is in force on the day. Before, if two overlapped, one of them went on.',
  },
  keeper_officer: {
    from: 3,
    why: 'No officer of the ledger’s keeper is among the first officers of another body. Before, the keeper could act for both sides.',
  },
  predecessor_signs: {
    from: 4,
    why: 'Officers of the body that ends sign its succession, to its last day. If it has no officers, a body of the other sector signs: of the NHS where a council keeps the ledger, and the other way round. To take a succession back, officers of the bodies that followed sign. Before, the keeper could do both by its own officers alone.',
  },
  keeper_alone: {
    from: 4,
    why: 'Two officers sign a succession, or sign to take one back. At most one of them ever has a mandate for the keeper of the ledger: past, present or future. Before, somebody who acts for both bodies could sign what a colleague proposed.',
  },
  keeper_followed: {
    from: 4,
    why: 'No officer of a body that followed the keeper of the ledger is among the first officers of another body. Before, only officers of the first keeper were refused.',
  },
  officer_reserved: {
    from: 4,
    why: 'No officer has the name under which the service itself records. Before, nobody could tell what the service did from what a person did.',
  },
  ring_fenced: {
    from: 4,
    why: 'A shared variance leaves out what is left of ring-fenced grants, and no share is in proportion to them. Before, others received an underspend of money that a district was owed, and whoever held such a grant bore more.',
  },
  in_the_future: {
    from: 4,
    why: 'Money that came or went, spending, measurements and stated gaps are dated today at the latest. Before, a receipt dated 2098 counted in no year that anybody looked at.',
  },
  offers_expire: {
    from: 4,
    why: 'A proposal is off the table from the day after its last day, whether or not its lapse is recorded. Before, an offer that nobody could sign any more counted as soft money until a service was started.',
  },
  recorded_already: {
    from: 4,
    why: 'The same receipt, tranche or invoice (item, day, sum and reference) is recorded once, unless an officer marks it as one more and says why. Before, it counted twice.',
  },
  signs_in_person: {
    from: 5,
    why: 'Whoever holds the office signs off a plan: the chief executive signs as the chief executive, and an officer whom the health and wellbeing board mandates signs for the board. Before, a chief finance officer could sign for all of them.',
  },
  called_the_same: {
    from: 5,
    why: 'In the published rules of a year, the name of a code is not another code of its list. Before, a name that somebody wrote could be read as the wrong code, or as none.',
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
