import { inWords, isNothing } from '../format.js';

interface GapFigures {
  readonly requirement: string;
  readonly funded: string;
  readonly soft: string;
  readonly hard: string;
}

/** What nobody offers. Where offers cover all that is required, they have said so. */
function missingInWords(soft: string, hard: string): string[] {
  if (isNothing(hard)) return isNothing(soft) ? ['nothing is missing'] : [];
  return hard.startsWith('-')
    ? [`that is ${inWords(hard.slice(1))} more than is required`]
    : [`nobody offers ${inWords(hard)}`];
}

/** The gap in one sentence, from its figures alone. */
export function gapInWords({ requirement, funded, soft, hard }: GapFigures): string {
  const required = isNothing(requirement) ? 'Nothing is required' : `${inWords(requirement)} is required`;
  const parts = [
    isNothing(funded) ? 'nothing is funded' : `${inWords(funded)} is funded`,
    ...(isNothing(soft) ? [] : [`${inWords(soft)} is offered and not signed`]),
    ...missingInWords(soft, hard),
  ];
  return `${required}: ${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)!}.`;
}
