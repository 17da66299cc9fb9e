import { cited } from './works.js';

/**
 * Who is paid: the template’s kinds of provider, as dated reference data, so that a list can be corrected without touching
 * a rule. Source: docs/sources.md, Money; not proven.
 */
interface SupplierClass {
  readonly code: string;
  readonly name: string;
  readonly evidence: string;
  readonly proven: boolean;
}

const UNPROVEN = { evidence: cited('[R]'), proven: false } as const;

export const SUPPLIER_CLASSES: readonly SupplierClass[] = [
  { code: 'nhs-acute', name: 'NHS acute provider', ...UNPROVEN },
  { code: 'nhs-community', name: 'NHS community provider', ...UNPROVEN },
  { code: 'nhs-mental-health', name: 'NHS mental health provider', ...UNPROVEN },
  { code: 'local-authority', name: 'Local authority', ...UNPROVEN },
  { code: 'voluntary', name: 'Charity or voluntary sector', ...UNPROVEN },
  { code: 'private', name: 'Private sector', ...UNPROVEN },
  { code: 'other', name: 'Other', ...UNPROVEN },
];
