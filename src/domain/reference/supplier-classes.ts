/**
 * Who is paid: the template’s kinds of provider, as dated reference data, so that a list can be corrected without touching
 * a rule. Source: domain.md 2, plan line dimensions, tagged [R]: not confirmed in a source.
 */
export interface SupplierClass {
  readonly code: string;
  readonly name: string;
  readonly evidence: string;
  readonly proven: boolean;
}

const UNPROVEN = { evidence: 'the template’s kinds of provider, not confirmed in a source', proven: false } as const;

export const SUPPLIER_CLASSES: readonly SupplierClass[] = [
  { code: 'nhs-acute', name: 'NHS acute provider', ...UNPROVEN },
  { code: 'nhs-community', name: 'NHS community provider', ...UNPROVEN },
  { code: 'nhs-mental-health', name: 'NHS mental health provider', ...UNPROVEN },
  { code: 'local-authority', name: 'Local authority', ...UNPROVEN },
  { code: 'voluntary', name: 'Charity or voluntary sector', ...UNPROVEN },
  { code: 'private', name: 'Private sector', ...UNPROVEN },
  { code: 'other', name: 'Other', ...UNPROVEN },
];
