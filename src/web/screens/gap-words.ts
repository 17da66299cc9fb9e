import { day, inWords, isNothing } from '../format.js';

interface GapFigures {
  readonly requirement: string;
  readonly funded: string;
  readonly soft: string;
  readonly hard: string;
}

/** What nobody offers, in words. If offers cover everything that is required, nothing is added. */
function missingInWords(soft: string, hard: string): string[] {
  if (isNothing(hard)) return isNothing(soft) ? ['nothing is missing'] : [];
  return hard.startsWith('-')
    ? [`that is ${inWords(hard.slice(1))} more than is required`]
    : [`nobody offers ${inWords(hard)}`];
}

/** What is required, in words. The savings of a plan may exceed its costs. */
const requiredInWords = (requirement: string): string =>
  isNothing(requirement)
    ? 'Nothing is required'
    : requirement.startsWith('-')
      ? `The plan saves ${inWords(requirement.slice(1))} more than it costs, so it needs no money`
      : `${inWords(requirement)} is required`;

/** The gap in one sentence, made from its figures. */
export function gapInWords({ requirement, funded, soft, hard }: GapFigures): string {
  const required = requiredInWords(requirement);
  const parts = [
    isNothing(funded) ? 'nothing is funded' : `${inWords(funded)} is funded`,
    ...(isNothing(soft) ? [] : [`${inWords(soft)} is offered and not signed`]),
    ...(requirement.startsWith('-') ? [] : missingInWords(soft, hard)),
  ];
  const last = parts.at(-1)!;
  return `${required}: ${parts.length === 1 ? last : `${parts.slice(0, -1).join(', ')}, and ${last}`}.`;
}

/** The gap on a day, in one line. */
export const gapOnTheDay = ({ on, gap }: { readonly on: string; readonly gap: string }): string =>
  isNothing(gap)
    ? `There is no gap on ${day(on)}`
    : gap.startsWith('-')
      ? `On ${day(on)}, ${inWords(gap.slice(1))} more is funded than is required`
      : `The gap on ${day(on)} is ${inWords(gap)}`;
